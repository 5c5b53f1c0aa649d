// Package container is the contract by which SageMaker and a training program meet: the files below /opt/ml and a few
// environment variables. A platform writes it, a program reads it:
//
//	err := contract.Write(dir)                  // the platform's side; dir becomes the program's /opt/ml
//	contract, err := container.Read(layout.Root) // the program's side, with layout := container.FromEnv(os.Getenv)
//
// Files are printed byte for byte as the service prints them: one line, no spaces, the service's key order. The package
// needs the standard library only, so that a program that trains stays one small static file.
//
// The contract is described in the SageMaker developer guide, "How Amazon SageMaker Provides Training Information"; what
// the guide leaves open follows dumps that real jobs printed and the public training toolkit (sagemaker-training 5.1).
package container

import "slices"

// Contract is everything one host of a training job is told. The zero value is a job without name, hosts and channels.
type Contract struct {
	JobName string // TRAINING_JOB_NAME
	JobARN  string // TRAINING_JOB_ARN
	Region  string // AWS_REGION

	Hyperparameters map[string]string  // every value is a string, as in the request; see [Decode]
	Channels        []Channel          // in any order; files list them by name
	Resource        Resource           //
	Metrics         []MetricDefinition // the request's definitions, which the platform matches against the log
	CheckpointPath  string             // absolute path as the program sees it; "" = the job has no CheckpointConfig
	Environment     map[string]string  // the request's Environment
}

// Channel is one entry of inputdataconfig.json. Where the data comes from is not told to the program.
type Channel struct {
	Name          string // 1-64 characters of [A-Za-z0-9.-_]
	ContentType   string // MIME type; "" = the request had none, and the file has no such member
	InputMode     string // File, FastFile or Pipe; "" is written as File
	Distribution  string // FullyReplicated or ShardedByS3Key; "" is written as FullyReplicated
	RecordWrapper string // None or RecordIO; "" is written as None
}

// Resource is resourceconfig.json: the cluster as this host sees it.
type Resource struct {
	CurrentHost      string   // algo-1 … algo-N
	InstanceType     string   // of this host, such as ml.m5.xlarge; "" is read and written as "local"
	Group            string   // instance group of this host; "" is read and written as [DefaultGroup]
	Hosts            []string // all hosts of all groups; written sorted lexicographically (algo-1, algo-10, algo-2)
	Groups           []Group  // instance groups; nil is written as one group of all hosts
	NetworkInterface string   // "" is read and written as eth0
}

// Group is one instance group of a cluster.
type Group struct {
	Name         string   `json:"instance_group_name"`
	InstanceType string   `json:"instance_type"`
	Hosts        []string `json:"hosts"`
}

// MetricDefinition tells the platform which log lines carry a metric: group 1 of Regex is the value.
type MetricDefinition struct {
	Name  string
	Regex string
}

// Values that stand for themselves in every homogeneous job.
const (
	DefaultGroup     = "homogeneousCluster"
	defaultInstance  = "local" // what the training toolkit assumes when the file names no instance type
	defaultInterface = "eth0"
)

// Host returns a copy of c for another host of the same job. The group and instance type follow from the groups.
func (c Contract) Host(name string) Contract {
	c.Resource.CurrentHost = name
	for _, g := range c.Resource.Groups {
		if slices.Contains(g.Hosts, name) {
			c.Resource.Group, c.Resource.InstanceType = g.Name, g.InstanceType
		}
	}
	return c
}

// Index is the host's place in the sorted list of hosts, -1 when it is not in it. It is not the process rank of MPI or
// torchrun, which may start several processes a host.
func (r Resource) Index() int {
	return slices.Index(sorted(r.Hosts), r.CurrentHost)
}

// withDefaults fills what an empty or older file leaves out.
func (r Resource) withDefaults() Resource {
	r.InstanceType = or(r.InstanceType, defaultInstance)
	r.Group = or(r.Group, DefaultGroup)
	r.NetworkInterface = or(r.NetworkInterface, defaultInterface)
	return r
}

func or(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}

func sorted(list []string) []string {
	list = slices.Clone(list)
	slices.Sort(list)
	return list
}
