package container

import (
	"fmt"
	"path"
	"path/filepath"
	"strings"
)

const (
	// Root is where every SageMaker container has its contract.
	Root = "/opt/ml"
	// BaseDirVariable names another root; the public training toolkit and this package honour it.
	BaseDirVariable = "SAGEMAKER_BASE_DIR"
)

// Layout names the paths of a contract below Root.
type Layout struct {
	Root string // "/opt/ml" for a program, or the directory that becomes it for a platform
}

// FromEnv is the layout a program has to use: below [BaseDirVariable] when getenv knows it, else below [Root].
func FromEnv(getenv func(string) string) Layout {
	return Layout{Root: or(getenv(BaseDirVariable), Root)}
}

func (l Layout) at(elem string) string { return filepath.Join(l.Root, filepath.FromSlash(elem)) }

// Input is the directory of everything the platform provides.
func (l Layout) Input() string { return l.at("input") }

// ConfigDir is the directory of the JSON files.
func (l Layout) ConfigDir() string { return l.at("input/config") }

// Hyperparameters is hyperparameters.json: one flat object of strings.
func (l Layout) Hyperparameters() string { return l.at("input/config/hyperparameters.json") }

// InputDataConfig is inputdataconfig.json: channel name → settings.
func (l Layout) InputDataConfig() string { return l.at("input/config/inputdataconfig.json") }

// ResourceConfig is resourceconfig.json: the cluster.
func (l Layout) ResourceConfig() string { return l.at("input/config/resourceconfig.json") }

// MetricDefinitions is metric-definition-regex.json.
func (l Layout) MetricDefinitions() string { return l.at("input/config/metric-definition-regex.json") }

// CheckpointConfig is checkpointconfig.json, which exists only in jobs with checkpoints.
func (l Layout) CheckpointConfig() string { return l.at("input/config/checkpointconfig.json") }

// DataDir is the directory of all channels.
func (l Layout) DataDir() string { return l.at("input/data") }

// Channel is the directory of one channel's files (File and FastFile mode).
func (l Layout) Channel(name string) string { return filepath.Join(l.DataDir(), name) }

// Pipe is the FIFO of one epoch (from 0) of a channel in Pipe mode.
func (l Layout) Pipe(name string, epoch int) string {
	return filepath.Join(l.DataDir(), fmt.Sprintf("%s_%d", name, epoch))
}

// Manifest is the list of objects beside a channel in File mode.
func (l Layout) Manifest(name string) string { return filepath.Join(l.DataDir(), name+"-manifest") }

// Code is where script mode unpacks the user's source.
func (l Layout) Code() string { return l.at("code") }

// Model becomes model.tar.gz.
func (l Layout) Model() string { return l.at("model") }

// Checkpoints is the default checkpoint directory.
func (l Layout) Checkpoints() string { return l.at("checkpoints") }

// Output is the directory of everything but the model that a program leaves.
func (l Layout) Output() string { return l.at("output") }

// OutputData becomes output.tar.gz.
func (l Layout) OutputData() string { return l.at("output/data") }

// Failure is the text file that becomes FailureReason.
func (l Layout) Failure() string { return l.at("output/failure") }

// Success is the empty file the training toolkit leaves at its end; the platform does not need it.
func (l Layout) Success() string { return l.at("output/success") }

// Intermediate is uploaded while the job runs.
func (l Layout) Intermediate() string { return l.at("output/intermediate") }

// Metrics is the directory of file metrics, SAGEMAKER_METRICS_DIRECTORY.
func (l Layout) Metrics() string { return l.at("output/metrics/sagemaker") }

// Locate returns where a path that a program sees as p (below /opt/ml or below the layout's own root) lies in this
// layout. ok is false when it lies outside of both.
func (l Layout) Locate(p string) (located string, ok bool) {
	if rel, err := filepath.Rel(l.Root, p); err == nil && filepath.IsLocal(rel) {
		return filepath.Join(l.Root, rel), true
	}
	clean := path.Clean(p)
	if clean == Root {
		return l.Root, true
	}
	rel, found := strings.CutPrefix(clean, Root+"/")
	if !found {
		return "", false
	}
	return l.at(rel), true
}
