//go:build !sagefly_task

package sagefly

import "maps"

// Check says what is wrong with values for a task that are given as texts, as a command line has them: names that no field
// has, texts that do not fit, required fields that are missing; all of it together. Paths and addresses are not looked at. nil
// when nothing is wrong.
func Check(task Task, values map[string]string) error {
	def := task.definition()
	if def.input == nil {
		return nil
	}
	complete, err := def.input.Complete(def.input.Sort(values))
	if err != nil || def.kind != KindBuiltin {
		return err
	}
	params := maps.Clone(complete.Params)
	delete(params, contentType)
	return def.checkBuiltin(params)
}
