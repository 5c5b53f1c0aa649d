package xgboost

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/sagefly/sagefly/trainer/xgboost/internal/capi"
	"github.com/sagefly/sagefly/trainer/xgboost/internal/fold"
)

// crossValidate is k-fold cross validation (_kfold, _num_cv_round): one model a fold and predictions.csv. As in the image, the lines of
// a fold show the metrics on the whole channels, not on the fold; predictions.csv has predictions for rows that a model has not seen.
// The image's folds are random; here the seed hyperparameter determines them.
func (j *job) crossValidate() error {
	models, err := j.fitFolds()
	if err != nil {
		return trainError(err)
	}
	for i, b := range models {
		if err := b.Save(j.modelPath(foldModel(i))); err != nil {
			return err
		}
	}
	return nil
}

func (j *job) fitFolds() ([]*capi.Booster, error) {
	labels, err := j.both.Floats("label")
	if err != nil {
		return nil, err
	}
	j.log.info("Run %d-round of %d-fold cross validation with %d rows", j.rounds.cvRepeats, j.rounds.folds, len(labels))
	splits, classify, err := j.split(labels)
	if err != nil {
		return nil, err
	}
	record := newRecorder(labels, classify)
	var models []*capi.Booster
	var last []scores
	for i, s := range splits {
		model, final, err := j.fitFold(i, s, record)
		if err != nil {
			return nil, err
		}
		models, last = append(models, model), append(last, final)
		if done := i + 1; done%j.rounds.folds == 0 {
			j.log.info("The metrics of round %d cross validation", done/j.rounds.folds)
			j.log.print(meanLine(j.rounds.total, last[done-j.rounds.folds:]))
		}
	}
	path := filepath.Join(j.layout.OutputData(), "predictions.csv")
	j.log.info("Storing predictions on validation set(s) in %s", path)
	if err := record.save(path); err != nil {
		return nil, err
	}
	if j.rounds.cvRepeats > 1 {
		j.log.info("The overall metrics of %d-round cross validation", j.rounds.cvRepeats)
		j.log.print(meanLine(j.rounds.total, last))
	}
	return models, nil
}

func (j *job) split(labels []float32) (splits []fold.Split, classify bool, err error) {
	_, classes := j.params.Get("num_class")
	objective, named := j.params.Get("objective")
	if !classes && !named {
		return nil, false, errors.New("'NoneType' object has no attribute 'startswith'")
	}
	seed := uint32(j.number("seed", 0))
	if classes || strings.HasPrefix(objective.String(), "binary:") {
		splits, err = fold.Stratified(labels, j.rounds.folds, j.rounds.cvRepeats, seed)
		return splits, true, err
	}
	splits, err = fold.Plain(len(labels), j.rounds.folds, j.rounds.cvRepeats, seed)
	return splits, false, err
}

// fitFold trains on one fold's rows and records the predictions for the others.
func (j *job) fitFold(i int, s fold.Split, record *recorder) (*capi.Booster, scores, error) {
	train, err := j.both.Slice(s.Train)
	if err != nil {
		return nil, scores{}, err
	}
	test, err := j.both.Slice(s.Test)
	if err != nil {
		return nil, scores{}, err
	}
	model, final, err := j.fit(train, i)
	if err != nil {
		return nil, scores{}, err
	}
	p, err := model.Predict(test, capi.Transformed)
	if err != nil {
		return nil, scores{}, err
	}
	record.add(s.Test, p)
	return model, final, errors.Join(train.Free(), test.Free())
}

// meanLine is the line of a round of folds: means of the last values.
func meanLine(rounds int, last []scores) string {
	var b strings.Builder
	fmt.Fprintf(&b, "[%d]", rounds)
	for _, m := range last[0].values["train"] {
		for _, data := range last[0].names {
			sum := 0.0
			for _, s := range last {
				v, err := s.get(data, m.metric)
				if err != nil {
					continue // every data set has every metric
				}
				sum += v
			}
			fmt.Fprintf(&b, "\t%s-%s:%s", data, m.metric, fixed(sum/float64(len(last)), 5))
		}
	}
	return b.String()
}

// recorder keeps the predictions of each repetition by row.
type recorder struct {
	labels   []float32
	classify bool
	values   [][]float64 // the prediction, or the probability of the class
	classes  [][]float64
}

func newRecorder(labels []float32, classify bool) *recorder {
	return &recorder{labels: labels, classify: classify, values: make([][]float64, len(labels)), classes: make([][]float64, len(labels))}
}

func (r *recorder) add(rows []int32, p capi.Prediction) {
	for i, row := range rows {
		one := p.Values[i*p.Columns : (i+1)*p.Columns]
		best := 0
		for k, v := range one {
			if v > one[best] {
				best = k
			}
		}
		class := float64(best)
		if !p.Matrix && one[0] > 0.5 {
			class = 1
		}
		r.values[row] = append(r.values[row], float64(one[best]))
		r.classes[row] = append(r.classes[row], class)
	}
}

// save writes label, mean and, for classes, the most frequent class of each row.
func (r *recorder) save(path string) error {
	var b bytes.Buffer
	for row, label := range r.labels {
		sum := 0.0
		for _, v := range r.values[row] {
			sum += v
		}
		fmt.Fprintf(&b, "%s,%s", fixed(float64(label), 6), fixed(sum/float64(len(r.values[row])), 6))
		if r.classify {
			fmt.Fprintf(&b, ",%s", fixed(fold.Mode(r.classes[row]), 6))
		}
		b.WriteByte('\n')
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	return os.WriteFile(path, b.Bytes(), 0o666)
}
