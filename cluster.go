package sagefly

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/sagefly/sagefly/container"
)

// Cluster is the job as one of its processes sees it. Outside of a job it is one host, rank 0 of 1.
type Cluster struct {
	Hosts     []string // all hosts, sorted as text: algo-1, algo-10, algo-2
	Current   string   // this host
	Rank      int      // of this process: MPI's or torchrun's, without them the host's index
	Size      int      // number of processes
	LocalRank int      // of this process among those of its host; 0 where a host has one
	Interface string   // network interface between the hosts, such as eth0
	Groups    []Group  // instance groups; one in a homogeneous job

	Addresses map[string]string // host → address, where names do not resolve; nil = they do
}

// Group is one instance group.
type Group struct {
	Name         string
	InstanceType string
	Hosts        []string
}

// ClusterFrom is the cluster of the job that ctx belongs to. A context that belongs to none gives one host, algo-1.
func ClusterFrom(ctx context.Context) Cluster { return sessionFrom(ctx).cluster.clone() }

// Address is where the process of a rank can be reached: the name of its host, or the host's address where names do not
// resolve. Processes are taken to fill host after host in the order of Hosts, as mpirun and torchrun do when nothing else
// is asked for. Names resolve only some time after a job's start, so whoever connects tries again. It is "" for a rank
// that the cluster does not have.
func (c Cluster) Address(rank int) string {
	host := container.Resource{Hosts: c.Hosts}.HostOf(rank, c.Size)
	if address, ok := c.Addresses[host]; ok {
		return address
	}
	return host
}

// RankZero is the default persist predicate: the process of rank 0 returns the values.
func RankZero(c Cluster) bool { return c.Rank == 0 }

// OnHost is a persist predicate: the first process of that host returns the values.
func OnHost(name string) func(Cluster) bool {
	return func(c Cluster) bool { return c.Current == name && c.LocalRank == 0 }
}

func (c Cluster) clone() Cluster {
	c.Hosts = slices.Clone(c.Hosts)
	groups := make([]Group, len(c.Groups))
	for i, g := range c.Groups {
		groups[i] = Group{g.Name, g.InstanceType, slices.Clone(g.Hosts)}
	}
	c.Groups = groups
	c.Addresses = maps.Clone(c.Addresses)
	return c
}

// clusterOf is the cluster that a contract and a launcher's variables describe.
func clusterOf(r container.Resource, getenv func(string) string) Cluster {
	if len(r.Hosts) == 0 {
		r.Hosts = []string{"algo-1"}
	}
	if r.CurrentHost == "" {
		r.CurrentHost = r.Hosts[0]
	}
	p := r.Process(getenv)
	c := Cluster{
		Hosts: slices.Sorted(slices.Values(r.Hosts)), Current: r.CurrentHost,
		Rank: p.Rank, Size: p.Size, LocalRank: p.LocalRank,
		Interface: r.NetworkInterface, Addresses: addresses(getenv(container.HostsVariable)),
	}
	for _, g := range r.Groups {
		c.Groups = append(c.Groups, Group{g.Name, g.InstanceType, g.Hosts})
	}
	if len(c.Groups) == 0 {
		c.Groups = []Group{{r.Group, r.InstanceType, c.Hosts}}
	}
	return c
}

// addresses reads container.HostsVariable. What is no pair is left out: without an address, the name is used.
func addresses(text string) map[string]string {
	var m map[string]string
	for pair := range strings.SplitSeq(text, ",") {
		host, address, ok := strings.Cut(strings.TrimSpace(pair), "=")
		if !ok || host == "" || address == "" {
			continue
		}
		if m == nil {
			m = map[string]string{}
		}
		m[host] = address
	}
	return m
}
