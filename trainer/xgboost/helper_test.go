package xgboost

import (
	"io"
	"time"
)

func quietLogger() *logger {
	return &logger{stdout: io.Discard, stderr: io.Discard, now: func() time.Time { return time.Unix(0, 0) }}
}
