package tuner

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

// logImprovement is the logarithm of the expected improvement on best where the model has this mean and deviation. It is exact far
// beyond where the improvement itself is 0 in floating point (Ament et al., Unexpected Improvements to Expected Improvement, 2023).
func logImprovement(best, mean, deviation float64) float64 {
	z := (best - mean) / deviation
	return math.Log(deviation) + logH(z)
}

// logH is ln(φ(z) + z·Φ(z)).
func logH(z float64) float64 {
	const halfLog2Pi = 0.91893853320467274178 // ½ ln 2π
	switch {
	case z > -1:
		return math.Log(math.Exp(-z*z/2-halfLog2Pi) + z*0.5*math.Erfc(-z/math.Sqrt2))
	case z < -1e5:
		return -z*z/2 - halfLog2Pi - 2*math.Log(-z)
	}
	return -z*z/2 - halfLog2Pi + math.Log1p(math.Sqrt(math.Pi/2)*z*erfcx(-z/math.Sqrt2))
}

// erfcx is exp(x²)·erfc(x) for x > 0.
func erfcx(x float64) float64 {
	if x < 10 {
		return math.Exp(x*x) * math.Erfc(x)
	}
	q := 1 / (x * x)
	return 1 / (x * math.Sqrt(math.Pi)) * (1 - q/2*(1-1.5*q*(1-2.5*q*(1-3.5*q))))
}

// logMeanExp is ln of the mean of the exponentials.
func logMeanExp(x []float64) float64 { return floats.LogSumExp(x) - math.Log(float64(len(x))) }
