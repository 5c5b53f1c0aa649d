//go:build !sagefly_task

package sagefly

import "maps"

// Check says what is wrong with values for a task that are given as texts, as a command line has them: names that no field
// has, texts that do not fit, required fields that are missing; all of it together. A search takes those that are not searched. Paths and addresses are not looked at. nil
// when nothing is wrong.
func Check(task Task, values map[string]string) error {
	def := task.definition()
	if def.input == nil {
		return nil
	}
	complete, err := def.input.Complete(def.input.Sort(values))
	if err != nil {
		return err
	}
	params := complete.Params
	if def.kind == KindTuning {
		if err := def.checkTrial(complete); err != nil {
			return err
		}
		maps.Copy(params, def.search.Ranges.first())
		def = def.tuned
	}
	if def.kind != KindBuiltin {
		return nil
	}
	delete(params, contentType)
	return def.checkBuiltin(params)
}
