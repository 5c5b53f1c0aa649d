package api

import (
	"path"
	"slices"
	"strconv"
	"strings"
)

// maxRuntime is the longest MaxRuntimeInSeconds: 28 days (API reference, StoppingCondition).
const maxRuntime = 28 * 24 * 3600

// CheckTrainingJob checks the rules of CreateTrainingJob between members, which the service model does not state. They
// come from the API reference and the developer guide. It returns the first broken rule as a ValidationException whose
// Path leads to the member, nil when there is none. The tree must have passed Validate.
//
// The texts about MaxWaitTimeInSeconds are AWS's. For the others no original was found; their words are ours.
func CheckTrainingJob(tree map[string]any) error {
	for _, rule := range []func(map[string]any) *Error{
		checkPresence, checkAlgorithm, checkResources, checkStopping, checkChannels, checkCheckpoint,
	} {
		if err := rule(tree); err != nil {
			return err
		}
	}
	return CheckTags(list(tree, "Tags"))
}

// CheckTags checks the tags of a create or of AddTags: a key at most once, and none that AWS keeps for itself.
// The Path of the error starts at "Tags". The words are those of other services' tag checks, not confirmed here.
func CheckTags(tags []any) error {
	seen := map[string]bool{}
	for i, t := range tags {
		tag, _ := t.(map[string]any)
		key := text(tag, "Key")
		at := []string{"Tags", strconv.Itoa(i), "Key"}
		if strings.HasPrefix(strings.ToLower(key), "aws:") {
			return refuse(at, "aws: prefixed tag key names are not allowed for external use.")
		}
		if seen[key] {
			return refuse(at, "Duplicate tag key found: "+key+". Please provide unique tag keys.")
		}
		seen[key] = true
	}
	return nil
}

func refuse(at []string, message string) *Error {
	err := ValidationError(message)
	err.Path = at
	return err
}

// checkPresence asks for what the model stopped requiring when serverless jobs came, in the words of the time when it
// did. StoppingCondition has a default.
func checkPresence(tree map[string]any) *Error {
	if has(tree, "ServerlessJobConfig") {
		return nil
	}
	var missing []Violation
	for _, name := range []string{"AlgorithmSpecification", "ResourceConfig"} {
		if !has(tree, name) {
			missing = append(missing, Violation{[]string{name}, "null", mustNotBeNull, lowerFirst(name)})
		}
	}
	if missing == nil {
		return nil
	}
	err, _ := Report{Violations: missing}.Err().(*Error)
	err.Path = missing[0].Path
	return err
}

func checkAlgorithm(tree map[string]any) *Error {
	if !has(tree, "AlgorithmSpecification") {
		return nil
	}
	algorithm := object(tree, "AlgorithmSpecification")
	switch len(given(algorithm, "TrainingImage", "AlgorithmName")) {
	case 0:
		return refuse([]string{"AlgorithmSpecification"},
			"AlgorithmSpecification must have either TrainingImage or AlgorithmName.")
	case 2:
		return refuse([]string{"AlgorithmSpecification", "AlgorithmName"},
			"AlgorithmSpecification cannot have both TrainingImage and AlgorithmName.")
	}
	return nil
}

// checkResources asks for exactly one way to name the instances.
func checkResources(tree map[string]any) *Error {
	if !has(tree, "ResourceConfig") {
		return nil
	}
	resources := object(tree, "ResourceConfig")
	ways := given(resources, "InstanceType", "InstanceGroups", "InstancePreferences")
	spot := flag(tree, "EnableManagedSpotTraining")
	switch {
	case len(ways) == 0:
		return refuse([]string{"ResourceConfig"}, "ResourceConfig must have InstanceType, InstanceGroups or InstancePreferences.")
	case len(ways) > 1:
		return refuse([]string{"ResourceConfig", ways[1]}, "ResourceConfig cannot have both "+ways[0]+" and "+ways[1]+".")
	case ways[0] == "InstanceType" && count(resources, "InstanceCount") < 1:
		return refuse([]string{"ResourceConfig", "InstanceCount"}, "ResourceConfig.InstanceCount must be at least 1.")
	case ways[0] == "InstanceGroups" && count(resources, "InstanceCount") > 0:
		return refuse([]string{"ResourceConfig", "InstanceCount"},
			"ResourceConfig.InstanceCount cannot be used with InstanceGroups; each group has its own.")
	case ways[0] == "InstancePreferences" && (spot || has(resources, "InstancePlacementConfig")):
		return refuse([]string{"ResourceConfig", "InstancePreferences"},
			"InstancePreferences cannot be used with managed spot training or InstancePlacementConfig.")
	}
	return checkGroupsAndPool(resources, spot)
}

func checkGroupsAndPool(resources map[string]any, spot bool) *Error {
	seen := map[string]bool{}
	for i, g := range list(resources, "InstanceGroups") {
		group, _ := g.(map[string]any)
		name, at := text(group, "InstanceGroupName"), []string{"ResourceConfig", "InstanceGroups", strconv.Itoa(i)}
		if seen[name] {
			return refuse(append(at, "InstanceGroupName"), "Instance group names must be unique: "+name+" is used more than once.")
		}
		seen[name] = true
		if count(group, "InstanceCount") < 1 {
			return refuse(append(at, "InstanceCount"), "The InstanceCount of instance group "+name+" must be at least 1.")
		}
	}
	if count(resources, "KeepAlivePeriodInSeconds") > 0 && (spot || len(seen) > 0) {
		return refuse([]string{"ResourceConfig", "KeepAlivePeriodInSeconds"},
			"KeepAlivePeriodInSeconds cannot be used with managed spot training or instance groups.")
	}
	return nil
}

func checkStopping(tree map[string]any) *Error {
	stop := object(tree, "StoppingCondition")
	spot := flag(tree, "EnableManagedSpotTraining")
	run, wait := count(stop, "MaxRuntimeInSeconds"), count(stop, "MaxWaitTimeInSeconds")
	if !has(stop, "MaxRuntimeInSeconds") {
		run, _ = strconv.ParseInt(defaultRuntime, 10, 64)
	}
	switch {
	case run > maxRuntime:
		return refuse([]string{"StoppingCondition", "MaxRuntimeInSeconds"}, "Invalid MaxRuntimeInSeconds. It must be less than or equal to "+
			strconv.Itoa(maxRuntime)+" (28 days)")
	case !spot && has(stop, "MaxWaitTimeInSeconds"):
		return refuse([]string{"StoppingCondition", "MaxWaitTimeInSeconds"},
			"Invalid MaxWaitTimeInSeconds. It is only supported when EnableManagedSpotTraining is set to true")
	case spot && wait < run: // AWS's sentence as users noted it down; absence counts as 0
		return refuse([]string{"StoppingCondition", "MaxWaitTimeInSeconds"},
			"Invalid MaxWaitTimeInSeconds. It must be present and be greater than or equal to MaxRuntimeInSeconds")
	}
	return nil
}

func checkChannels(tree map[string]any) *Error {
	seen := map[string]bool{}
	mode := text(object(tree, "AlgorithmSpecification"), "TrainingInputMode")
	for i, c := range list(tree, "InputDataConfig") {
		channel, _ := c.(map[string]any)
		name, at := text(channel, "ChannelName"), []string{"InputDataConfig", strconv.Itoa(i)}
		if seen[name] {
			return refuse(append(at, "ChannelName"), "Channel names must be unique: "+name+" is used more than once in InputDataConfig.")
		}
		seen[name] = true
		m := mode
		if own := text(channel, "InputMode"); own != "" {
			m = own
		}
		if message := sourceFault(object(channel, "DataSource"), m); message != "" {
			return refuse(append(at, "DataSource"), "Invalid channel "+name+": "+message)
		}
		if err := checkGroupNames(tree, channel, at); err != nil {
			return err
		}
	}
	return nil
}

// sourceFault tells what is wrong with a channel's data source under an input mode, empty when nothing is.
func sourceFault(source map[string]any, mode string) string {
	if len(given(source, "S3DataSource", "FileSystemDataSource", "DatasetSource")) != 1 {
		return "DataSource must have exactly one of S3DataSource, FileSystemDataSource and DatasetSource."
	}
	s3 := object(source, "S3DataSource")
	kind, names := text(s3, "S3DataType"), len(list(s3, "AttributeNames"))
	switch {
	case has(source, "FileSystemDataSource") && mode != "File":
		return "FileSystemDataSource needs the input mode File."
	case s3 == nil:
		return ""
	case kind == "AugmentedManifestFile" && mode != "Pipe":
		return "S3DataType AugmentedManifestFile needs the input mode Pipe."
	case kind == "AugmentedManifestFile" && names == 0:
		return "S3DataType AugmentedManifestFile needs AttributeNames."
	case kind != "AugmentedManifestFile" && names > 0:
		return "AttributeNames can be used with S3DataType AugmentedManifestFile only."
	case kind != "S3Prefix" && mode == "FastFile":
		return "the input mode FastFile needs S3DataType S3Prefix."
	}
	return ""
}

func checkGroupNames(tree, channel map[string]any, at []string) *Error {
	s3 := object(object(channel, "DataSource"), "S3DataSource")
	for _, wanted := range list(s3, "InstanceGroupNames") {
		known := slices.ContainsFunc(list(object(tree, "ResourceConfig"), "InstanceGroups"), func(g any) bool {
			group, _ := g.(map[string]any)
			return text(group, "InstanceGroupName") == wanted
		})
		if !known {
			return refuse(append(at, "DataSource", "S3DataSource", "InstanceGroupNames"),
				"InstanceGroupNames of channel "+text(channel, "ChannelName")+" names a group that ResourceConfig.InstanceGroups does not have.")
		}
	}
	return nil
}

func checkCheckpoint(tree map[string]any) *Error {
	local := text(object(tree, "CheckpointConfig"), "LocalPath")
	if local != "" && (!path.IsAbs(local) || path.Clean(local) != strings.TrimRight(local, "/")) {
		return refuse([]string{"CheckpointConfig", "LocalPath"}, "CheckpointConfig.LocalPath must be an absolute path without . and .. parts.")
	}
	return nil
}

// count reads a whole number; absent is 0.
func count(tree map[string]any, name string) int64 {
	literal, _ := number(tree[name])
	n, _ := strconv.ParseInt(literal, 10, 64)
	return n
}
