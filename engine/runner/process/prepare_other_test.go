//go:build !linux

package process_test

import "errors"

func prepareOpt(how string) error {
	if how == "" {
		return nil
	}
	return errors.New("only on Linux")
}
