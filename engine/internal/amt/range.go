package amt

import (
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagefly/sagefly/api"
	"github.com/sagefly/sagefly/tuner"
)

// parameters are a definition's ranges as a space has them.
func (c *creation) parameters(d *types.HyperParameterTrainingJobDefinition) ([]tuner.Parameter, error) {
	var list []tuner.Parameter
	ranges := c.ranges(d)
	if ranges == nil {
		ranges = &types.ParameterRanges{}
	}
	for _, r := range ranges.ContinuousParameterRanges {
		p, err := numeric(tuner.Continuous, *r.Name, *r.MinValue, *r.MaxValue)
		if err != nil {
			return nil, err
		}
		p.Scale = scales[r.ScalingType]
		list = append(list, p)
	}
	for _, r := range ranges.IntegerParameterRanges {
		p, err := numeric(tuner.Integer, *r.Name, *r.MinValue, *r.MaxValue)
		if err != nil {
			return nil, err
		}
		p.Scale = scales[r.ScalingType]
		list = append(list, p)
	}
	for _, r := range ranges.CategoricalParameterRanges {
		list = append(list, tuner.Parameter{Name: *r.Name, Kind: tuner.Categorical, Values: r.Values})
	}
	return c.conditional(append(list, c.automatic(d)...)), nil
}

func numeric(kind tuner.Kind, name, low, high string) (p tuner.Parameter, err error) {
	p = tuner.Parameter{Name: name, Kind: kind}
	if p.Min, err = strconv.ParseFloat(low, 64); err == nil {
		p.Max, err = strconv.ParseFloat(high, 64)
	}
	if err != nil {
		return p, api.ValidationError("The range of %s has no numbers: %v.", name, err)
	}
	return p, nil
}

var scales = map[types.HyperParameterScalingType]tuner.Scale{
	types.HyperParameterScalingTypeAuto:               tuner.Auto,
	types.HyperParameterScalingTypeLinear:             tuner.Linear,
	types.HyperParameterScalingTypeLogarithmic:        tuner.Logarithmic,
	types.HyperParameterScalingTypeReverseLogarithmic: tuner.ReverseLogarithmic,
}

// conditional adds the spec channel's conditions.
func (c *creation) conditional(list []tuner.Parameter) []tuner.Parameter {
	if c.spec.Search == nil {
		return list
	}
	for i := range list {
		if when, ok := c.spec.Search.Conditions[list[i].Name]; ok {
			list[i].When = &tuner.When{Parameter: when.Parameter, In: when.In}
		}
	}
	return list
}

// hyperband is the rule by which trials stop. Their resource is how many values of the objective they reported.
func (c *creation) hyperband() *tuner.Hyperband {
	h := &tuner.Hyperband{Min: 1, Maximize: c.maximize()}
	if s := c.request.HyperParameterTuningJobConfig.StrategyConfig; s != nil && s.HyperbandStrategyConfig != nil {
		h.Min = max(1, int(aws.ToInt32(s.HyperbandStrategyConfig.MinResource)))
	}
	return h
}

// maxResource is the resource with which a trial of this definition is whole; 0 when nothing says it, which Hyperband's check refused.
func (c *creation) maxResource(definition map[string]any) int {
	config, _ := c.tree["HyperParameterTuningJobConfig"].(map[string]any)
	n, _ := api.MaxResource(config, definition)
	return int(n)
}
