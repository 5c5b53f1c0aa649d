package api

import "strconv"

// maxDefinitionVariables is the number of environment variables of all definitions together (API reference,
// HyperParameterTrainingJobDefinition).
const maxDefinitionVariables = 48

// CheckTuningJob checks the rules of CreateHyperParameterTuningJob between members, which the service model does not
// state. They come from the API reference and the developer guide. It returns the first broken rule as a
// ValidationException whose Path leads to the member, nil when there is none. The tree must have passed Validate.
//
// Each definition also obeys the rules of a training job, in the words of CheckTrainingJob. For the rules of tuning no
// original text was found; their words are ours. That an image of one's own must define
// the objective as a metric is not checked here, for the metrics of an image are not known here; NoObjective is the answer.
//
// One rule of AWS is missing on purpose: it refuses ranges with fewer combinations than MaxNumberOfTrainingJobs ("You
// don't have enough combinations of hyperparameter ranges. …"). Here such a search ends when every combination was tried.
func CheckTuningJob(tree map[string]any) error {
	for _, rule := range []func(map[string]any) *Error{
		checkDefinitions, checkSearches, checkStrategy, checkLimits, checkWarmStart,
	} {
		if err := rule(tree); err != nil {
			return err
		}
	}
	return CheckTags(list(tree, "Tags"))
}

// search is one definition of a tuning job with its objective and its ranges, wherever the request has them, and the
// paths to the three.
type search struct {
	definition, objective, ranges map[string]any
	at, objectiveAt, rangesAt     []string
}

// searches lists the definitions of a request. A single one has objective and ranges in the job's configuration, each of
// a list has its own.
func searches(tree map[string]any) []search {
	if one := object(tree, "TrainingJobDefinition"); one != nil {
		config := object(tree, "HyperParameterTuningJobConfig")
		return []search{{
			one, object(config, "HyperParameterTuningJobObjective"), object(config, "ParameterRanges"),
			[]string{"TrainingJobDefinition"},
			[]string{"HyperParameterTuningJobConfig", "HyperParameterTuningJobObjective"},
			[]string{"HyperParameterTuningJobConfig", "ParameterRanges"},
		}}
	}
	var all []search
	for i, d := range list(tree, "TrainingJobDefinitions") {
		definition, _ := d.(map[string]any)
		at := []string{"TrainingJobDefinitions", strconv.Itoa(i)}
		all = append(all, search{
			definition, object(definition, "TuningObjective"), object(definition, "HyperParameterRanges"),
			at, below(at, "TuningObjective"), below(at, "HyperParameterRanges"),
		})
	}
	return all
}

// below is the path to a member under at; at stays as it is.
func below(at []string, names ...string) []string {
	return append(at[:len(at):len(at)], names...)
}

// autotuned reports whether the service chooses what the request leaves out.
func autotuned(tree map[string]any) bool { return has(tree, "Autotune") }

// checkSearches checks each definition with its objective and its ranges.
func checkSearches(tree map[string]any) *Error {
	all := searches(tree)
	for _, s := range all {
		if s.objective == nil {
			return refuse(s.objectiveAt, "A hyperparameter tuning job needs an objective metric for each training job definition.")
		}
		if text(s.objective, "Type") != text(all[0].objective, "Type") {
			return refuse(below(s.objectiveAt, "Type"), "The objectives of TrainingJobDefinitions must all have the same Type, for one best training job is chosen among them.")
		}
		if err := checkRanges(s, autotuned(tree)); err != nil {
			return err
		}
		if err := checkDefinition(s); err != nil {
			return err
		}
	}
	return nil
}
