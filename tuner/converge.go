package tuner

import "math"

// Converged says whether more trials are not expected to help: at least max(20, 5(d+1)) have ended, and the greatest expected gain is below a
// hundredth of the values' standard deviation, the worse half counted as normal. SageMaker has such a criterion (ConvergenceDetected) and does
// not publish its rule.
func (s *Search) Converged(trials []Trial) (bool, error) {
	k, err := s.know(trials)
	if err != nil || k.beginning() || len(k.done) < max(20, 5*(len(s.space.parameters)+1)) {
		return false, err
	}
	r := s.stream(k.index)
	a, ok := s.acquisition(k, r)
	if !ok {
		return false, nil
	}
	next := a.climb(k, r)
	if next == nil {
		return true, nil
	}
	return math.Exp(a.scores([]vector{next})[0]) < 0.01, nil
}
