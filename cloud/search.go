package cloud

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/sagefly/sagefly/container"
)

// maxSpec bounds what is read of a spec.
const maxSpec = 16 << 20

// checkSpec reads the spec channel and looks for what AWS cannot read there.
func (c *check) checkSpec(ctx context.Context) {
	for _, p := range c.places() {
		if p.channel != container.SpecChannel || p.coming {
			continue
		}
		key := container.SpecKey(p.at.key)
		answer, err := c.s3.GetObject(ctx, &s3.GetObjectInput{Bucket: &p.at.bucket, Key: &key})
		if err != nil {
			c.unasked("the spec channel", err)
			return
		}
		defer answer.Body.Close()
		text, err := io.ReadAll(io.LimitReader(answer.Body, maxSpec))
		if err != nil {
			c.unasked("the spec channel", err)
			return
		}
		for _, f := range CheckSearch(text) {
			c.find(f)
		}
	}
}

// CheckSearch finds what a spec says about a search that AWS's automatic model tuning does not have. The spec's JSON object carries it
// in the member "search": "conditions" for parameters that are active only for some values of others, "start" for known starting
// points. The embedded engine reads both; AWS has no place for either, and would search as if they were not there.
func CheckSearch(spec []byte) []Finding {
	var s struct {
		Search map[string]json.RawMessage `json:"search"`
	}
	if err := json.Unmarshal(spec, &s); err != nil {
		return []Finding{{Code: CodeRequestInvalid, What: "the spec cannot be read", Where: "spec channel", Why: err.Error()}}
	}
	var found []Finding
	for _, member := range slices.Sorted(maps.Keys(s.Search)) {
		if text := string(s.Search[member]); text == "null" || text == "{}" || text == "[]" {
			continue
		}
		found = append(found, searchFinding(member, s.Search[member]))
	}
	return found
}

func searchFinding(member string, value json.RawMessage) Finding {
	f := Finding{Code: CodeSearch, Where: "spec channel, search." + member}
	switch member {
	case "conditions":
		f.What = "conditional parameters cannot be searched on AWS"
		f.Why = "AWS's tuner gives every trial a value of every parameter" + named(value)
		f.Fix = []string{"search on the local engine:  --on local", "or take the conditions out, and let the program ignore what does not count"}
	case "start":
		f.What = "AWS's tuner takes no known starting points"
		f.Why = "a search there begins from its own choice, or from earlier tuning jobs (WarmStartConfig)"
		f.Fix = []string{"search on the local engine:  --on local", "or leave them out"}
	default:
		f.What = fmt.Sprintf("AWS's tuner has no %q", member)
		f.Why = "the request has no member for it, and AWS does not read the spec"
		f.Fix = []string{"search on the local engine:  --on local"}
	}
	return f
}

// named lists the parameters that have conditions.
func named(value json.RawMessage) string {
	var byName map[string]json.RawMessage
	if json.Unmarshal(value, &byName) != nil || len(byName) == 0 {
		return ""
	}
	return "; with a condition: " + strings.Join(slices.Sorted(maps.Keys(byName)), ", ")
}
