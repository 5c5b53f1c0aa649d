// Package api knows what the SageMaker API accepts and says.
//
//	tree, err := api.Decode(body)                     // SerializationException for what is not a JSON object
//	report := api.Validate("CreateTrainingJob", tree)
//	if err := report.Err(); err != nil { … }          // AWS's code and words, as *api.Error
//	if err := api.CheckTrainingJob(tree); err != nil { … }
//	full := api.Defaults(tree)                        // what DescribeTrainingJob echoes
//
// CheckTuningJob and TuningDefaults are the same for CreateHyperParameterTuningJob.
//
// A request is checked as the tree of its JSON, not as a struct, so that exact member names, nulls and the caller's
// own values survive into error texts. The constraints come from the public service model: model.json is an extract of
// botocore's (Apache-2.0; its metadata says version and changes), z_table.go is generated from it.
//
// A tree holds map[string]any, []any, string, bool, nil and numbers: json.Number from Decode; int, int64, uint64 and
// float64 are read too, so that a YAML job file can be checked by the same table.
package api

//go:generate go run ../internal/gen/apitable
