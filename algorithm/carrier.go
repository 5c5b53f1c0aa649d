package algorithm

import (
	"fmt"
)

// The image that carries programs: of the images that AWS keeps in every region, the scikit-learn one is the smallest whose training
// toolkit starts any program of a script-mode bundle, Python or not. Its registries are those of XGBoost's image.
const (
	carrierRepository = "sagemaker-scikit-learn"
	carrierTag        = "1.2-1-cpu-py3"
)

// CarrierURI returns the URI of the image that carries script-mode bundles in a region. It is an error when the region has no such
// registry; then a program needs an image of its own.
func CarrierURI(region string) (string, error) {
	a, _ := Lookup("xgboost")
	for _, im := range table().images {
		if im.algorithm != a.Name || im.tag != a.DefaultTag {
			continue
		}
		if account, ok := im.accounts()[region]; ok {
			return fmt.Sprintf("%s.dkr.ecr.%s.%s/%s:%s", account, region, domain(region), carrierRepository, carrierTag), nil
		}
	}
	return "", fmt.Errorf("find image that carries programs: AWS has no %s in region %q", carrierRepository, region)
}
