package xgboost

import (
	"errors"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/sagefly/sagefly/algorithm"
	"github.com/sagefly/sagefly/trainer/xgboost/internal/capi"
)

// callbacks are what happens after each round. The container keeps its callbacks in a set, so at an early stop the last line is there
// or not by chance; here it always is.
type callbacks struct {
	job        *job
	early      *earlyStopping // nil = off
	checkpoint string         // folder; "" = off
	model      string         // file to write after each round; "" = off
}

func (j *job) callbacks(fold int) (*callbacks, error) {
	c := &callbacks{job: j, checkpoint: j.checkpointDir()}
	name := modelName
	if fold >= 0 {
		name = foldModel(fold)
		if c.checkpoint != "" {
			c.checkpoint = filepath.Join(c.checkpoint, "model-"+strconv.Itoa(fold))
		}
	}
	if c.checkpoint != "" {
		if err := os.MkdirAll(c.checkpoint, 0o777); err != nil {
			return nil, err
		}
	}
	if j.rounds.saveEach {
		c.model = j.modelPath(name)
		j.dieQuietly()
	}
	j.logCallbacks()
	if j.rounds.early > 0 && j.validation != nil && j.metrics.stop != "" {
		c.early = &earlyStopping{metric: j.metrics.stop, rounds: j.rounds.early, maximize: maximized(j.version, j.metrics.stop), bestRound: -1}
	}
	return c, nil
}

func (j *job) logCallbacks() {
	if !j.profile.debugLines {
		return
	}
	j.log.info("CALLBACK_SETUP_DEBUG: save_model_on_termination=%t, is_master=True", j.rounds.saveEach)
	if j.rounds.saveEach {
		j.log.info("CALLBACK_ADDING: Adding SaveIntermediateModelCallBack on master")
	} else {
		j.log.info("CALLBACK_SKIPPING save_model_on_termination=false, is_master=True)")
	}
}

// checkpointDir is where the contract wants checkpoints; a path of the container lies below the layout's root here.
func (j *job) checkpointDir() string {
	path := j.contract.CheckpointPath
	if path == "" {
		return ""
	}
	if located, ok := j.layout.Locate(path); ok {
		return located
	}
	return path
}

func (c *callbacks) after(b *capi.Booster, round int, s scores) (stop bool, err error) {
	c.job.log.print(s.line(round))
	if c.early != nil {
		if stop, err = c.early.after(b, round, s); err != nil {
			return false, err
		}
	}
	// The container asks for a checkpoint every 0 rounds, which gives one after the first round and never again.
	if c.checkpoint != "" && round == 0 {
		if err := b.Save(filepath.Join(c.checkpoint, c.job.profile.checkpoint)); err != nil {
			return false, err
		}
	}
	if c.model == "" {
		return stop, nil
	}
	c.job.saving.Lock()
	defer c.job.saving.Unlock()
	return stop, saveAtomically(b, c.model)
}

// saveAtomically writes the model beside its place and renames it, so that a kill at any moment leaves a whole model. The file is
// private to the user, as in the container.
func saveAtomically(b *capi.Booster, path string) error {
	f, err := os.CreateTemp(filepath.Dir(path), "tmp*")
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := b.Save(f.Name()); err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return os.Rename(f.Name(), path)
}

// dieQuietly makes SIGTERM end the process with success, leaving nothing but models in the model folder.
func (j *job) dieQuietly() {
	if j.terminated != nil {
		return
	}
	j.terminated = make(chan os.Signal, 1)
	signal.Notify(j.terminated, syscall.SIGTERM)
	go func() {
		if _, ok := <-j.terminated; !ok {
			return
		}
		j.saving.Lock() // for good: the process ends here, and not in the middle of a model
		entries, _ := os.ReadDir(j.layout.Model())
		for _, e := range entries {
			if e.Type().IsRegular() && !strings.HasPrefix(e.Name(), modelName) {
				_ = os.Remove(j.modelPath(e.Name())) // what stays is archived, no more
			}
		}
		os.Exit(0)
	}()
}

// release ends what dieQuietly began.
func (j *job) release() {
	if j.terminated != nil {
		signal.Stop(j.terminated)
		close(j.terminated)
	}
}

// earlyStopping is Python's EarlyStopping callback with a strict improvement.
type earlyStopping struct {
	metric   string
	rounds   int
	maximize bool

	best      float64
	bestRound int // -1 = no round yet
	waited    int
}

func (e *earlyStopping) after(b *capi.Booster, round int, s scores) (stop bool, err error) {
	v, err := s.get("validation", e.metric)
	if err != nil {
		return false, err
	}
	if e.bestRound < 0 || e.maximize && v > e.best || !e.maximize && v < e.best {
		e.best, e.bestRound, e.waited = v, round, 0
		return false, errors.Join(b.SetAttr("best_score", algorithm.ReprFloat(v)), b.SetAttr("best_iteration", strconv.Itoa(round)))
	}
	e.waited++
	return e.waited >= e.rounds, nil
}
