package api

import "strconv"

// checkDefinitions asks for one definition or a list of them, and for what a list needs and excludes: names, its own
// objectives and ranges, neither warm start nor early stopping (developer guide, Tune Multiple Algorithms).
func checkDefinitions(tree map[string]any) *Error {
	ways := given(tree, "TrainingJobDefinition", "TrainingJobDefinitions")
	switch {
	case len(ways) == 0:
		return refuse([]string{"TrainingJobDefinition"}, "A hyperparameter tuning job must have TrainingJobDefinition or TrainingJobDefinitions.")
	case len(ways) == 2:
		return refuse([]string{"TrainingJobDefinitions"}, "A hyperparameter tuning job cannot have both TrainingJobDefinition and TrainingJobDefinitions.")
	case ways[0] == "TrainingJobDefinition":
		return checkSingle(tree)
	}
	for _, rule := range []func(map[string]any) *Error{checkListConfig, checkListNames, checkVariables} {
		if err := rule(tree); err != nil {
			return err
		}
	}
	return nil
}

// checkSingle refuses a second objective and second ranges. That AWS refuses them too is not confirmed; nothing says
// which would count.
func checkSingle(tree map[string]any) *Error {
	definition := object(tree, "TrainingJobDefinition")
	if has(definition, "TuningObjective") {
		return refuse([]string{"TrainingJobDefinition", "TuningObjective"},
			"With TrainingJobDefinition the objective belongs into HyperParameterTuningJobConfig.HyperParameterTuningJobObjective; "+
				"TuningObjective is for TrainingJobDefinitions.")
	}
	if tunable(object(definition, "HyperParameterRanges")) > 0 {
		return refuse([]string{"TrainingJobDefinition", "HyperParameterRanges"},
			"With TrainingJobDefinition the ranges belong into HyperParameterTuningJobConfig.ParameterRanges; "+
				"HyperParameterRanges is for TrainingJobDefinitions.")
	}
	return nil
}

func checkListConfig(tree map[string]any) *Error {
	config := object(tree, "HyperParameterTuningJobConfig")
	at := func(name string) []string { return []string{"HyperParameterTuningJobConfig", name} }
	switch {
	case has(config, "HyperParameterTuningJobObjective"):
		return refuse(at("HyperParameterTuningJobObjective"), "With TrainingJobDefinitions each definition has its own TuningObjective; HyperParameterTuningJobObjective cannot be used.")
	case tunable(object(config, "ParameterRanges")) > 0:
		return refuse(at("ParameterRanges"), "With TrainingJobDefinitions each definition has its own HyperParameterRanges; ParameterRanges cannot be used.")
	case has(tree, "WarmStartConfig"):
		return refuse([]string{"WarmStartConfig"}, "WarmStartConfig cannot be used with TrainingJobDefinitions.")
	case text(config, "TrainingJobEarlyStoppingType") == "Auto":
		return refuse(at("TrainingJobEarlyStoppingType"), "TrainingJobEarlyStoppingType Auto cannot be used with TrainingJobDefinitions.")
	}
	return nil
}

func checkListNames(tree map[string]any) *Error {
	seen := map[string]bool{}
	for _, s := range searches(tree) {
		name, at := text(s.definition, "DefinitionName"), below(s.at, "DefinitionName")
		if name == "" {
			return refuse(at, "Each of the TrainingJobDefinitions must have a DefinitionName.")
		}
		if seen[name] {
			return refuse(at, "The names of TrainingJobDefinitions must be unique: "+name+" is used more than once.")
		}
		seen[name] = true
	}
	return nil
}

func checkVariables(tree map[string]any) *Error {
	total := 0
	for _, s := range searches(tree) {
		total += len(object(s.definition, "Environment"))
		if total > maxDefinitionVariables {
			return refuse(below(s.at, "Environment"), "The definitions of a hyperparameter tuning job can have at most "+
				strconv.Itoa(maxDefinitionVariables)+" environment variables in total.")
		}
	}
	return nil
}

// checkDefinition checks one definition by the rules of a training job and those of its resources.
func checkDefinition(s search) *Error {
	for _, rule := range []func(map[string]any) *Error{
		checkAlgorithm, checkMetricNames, checkTuningResources, checkResources, checkStopping, checkChannels, checkCheckpoint,
	} {
		if err := rule(s.definition); err != nil {
			err.Path = below(s.at, err.Path...)
			return err
		}
	}
	return nil
}

func checkMetricNames(definition map[string]any) *Error {
	seen := map[string]bool{}
	for i, m := range list(object(definition, "AlgorithmSpecification"), "MetricDefinitions") {
		metric, _ := m.(map[string]any)
		name := text(metric, "Name")
		if seen[name] {
			return refuse([]string{"AlgorithmSpecification", "MetricDefinitions", strconv.Itoa(i), "Name"},
				"The names of metric definitions must be unique: "+name+" is used more than once.")
		}
		seen[name] = true
	}
	return nil
}

// checkTuningResources asks for exactly one way to name the instances (API reference, HyperParameterTuningResourceConfig).
func checkTuningResources(definition map[string]any) *Error {
	const name = "HyperParameterTuningResourceConfig"
	ways := given(definition, "ResourceConfig", name)
	switch {
	case len(ways) == 0:
		return refuse([]string{"ResourceConfig"}, "A training job definition must have ResourceConfig or HyperParameterTuningResourceConfig.")
	case len(ways) == 2:
		return refuse([]string{name}, "A training job definition cannot have both ResourceConfig and HyperParameterTuningResourceConfig.")
	case ways[0] == "ResourceConfig":
		return nil
	}
	resources := object(definition, name)
	single := given(resources, "InstanceType", "InstanceCount", "VolumeSizeInGB")
	switch {
	case len(given(resources, "InstanceConfigs")) == 0:
		return checkSingleInstance(resources, name)
	case len(single) > 0:
		return refuse([]string{name, single[0]}, name+" cannot have both "+single[0]+" and InstanceConfigs.")
	}
	return checkInstanceConfigs(resources, name)
}

func checkSingleInstance(resources map[string]any, name string) *Error {
	switch {
	case !has(resources, "InstanceType"):
		return refuse([]string{name}, name+" must have InstanceType or InstanceConfigs.")
	case count(resources, "InstanceCount") < 1:
		return refuse([]string{name, "InstanceCount"}, name+".InstanceCount must be at least 1.")
	}
	return nil
}

func checkInstanceConfigs(resources map[string]any, name string) *Error {
	for i, c := range list(resources, "InstanceConfigs") {
		config, _ := c.(map[string]any)
		if count(config, "InstanceCount") < 1 {
			return refuse([]string{name, "InstanceConfigs", strconv.Itoa(i), "InstanceCount"}, "The InstanceCount of each of the InstanceConfigs must be at least 1.")
		}
	}
	return nil
}
