package amt

import (
	"encoding/json"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"

	"github.com/sagefly/sagefly/api"
	"github.com/sagefly/sagefly/engine/internal/store"
)

type request = sagemaker.CreateHyperParameterTuningJobInput

// document is the stored request: what Describe echoes, and what follows from it for the search.
type document struct {
	Echo json.RawMessage `json:"echo"`
	Plan plan            `json:"plan"`
}

func readDocument(row store.Job) (d document, err error) {
	if err = json.Unmarshal(row.Request, &d); err != nil {
		err = fmt.Errorf("decode stored request: %w", err)
	}
	return d, err
}

// decode reads a request. The client library's struct has the wire's names, so plain JSON does.
func decode(tree map[string]any) (*request, error) {
	text, err := json.Marshal(tree)
	if err != nil {
		return nil, fmt.Errorf("encode request: %w", err)
	}
	r := new(request)
	if err := json.Unmarshal(text, r); err != nil {
		return nil, api.Undecoded(err)
	}
	return r, nil
}
