//go:build !sagefly_task

package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/sagefly/sagefly/internal/tabular"
)

// prepareData writes the files that the flags ask for and puts them in place of the ones given.
func (p *prepared) prepareData(ctx context.Context, o *trainFlags, train, validation *channel) error {
	for _, c := range p.channels {
		if !c.localTable() {
			return usage(fmt.Sprintf("--label, --onehot, --drop and --holdout need a local CSV file, --%s is none", c.name),
				"they change the file before it is uploaded", fmt.Sprintf("--%s FILE.csv, or leave those flags out", c.name))
		}
	}
	options := tabular.Options{Input: train.files[0], Label: o.label, OneHot: o.onehot, Drop: o.drop}
	if validation != nil {
		options.Validation = validation.files[0]
	}
	if o.holdout != "" {
		var err error
		if options.Holdout, options.Seed, err = parseHoldout(o.holdout); err != nil {
			return err
		}
	}
	work, err := os.MkdirTemp("", "sagefly-train-")
	if err != nil {
		return fmt.Errorf("make folder for prepared files: %w", err)
	}
	p.work, options.OutDir = work, work
	m, err := tabular.Prepare(ctx, options)
	if err != nil {
		return tableProblem(err, "train")
	}
	p.channels = []*channel{preparedChannel("train", m.Train.Path)}
	if m.Validation != nil {
		p.channels = append(p.channels, preparedChannel("validation", m.Validation.Path))
	}
	p.manifest = filepath.Join(work, tabular.ManifestFile)
	return nil
}

func preparedChannel(name, path string) *channel {
	return &channel{name: name, contentType: "text/csv", root: filepath.Dir(path), files: []string{path}}
}

// parseHoldout reads FRACTION[:SEED].
func parseHoldout(s string) (fraction float64, seed uint64, err error) {
	first, second, seeded := strings.Cut(s, ":")
	fraction, err = strconv.ParseFloat(first, 64)
	if err == nil && seeded {
		seed, err = strconv.ParseUint(second, 10, 64)
	}
	if err != nil || !(fraction > 0 && fraction < 1) {
		return 0, 0, usage(fmt.Sprintf("--holdout %s is not FRACTION[:SEED]", s), "the fraction is above 0 and below 1", "--holdout 0.2", "--holdout 0.2:7")
	}
	return fraction, seed, nil
}
