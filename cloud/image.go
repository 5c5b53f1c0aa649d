package cloud

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	sagemakertypes "github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	v1types "github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/sagefly/sagefly/algorithm"
	"github.com/sagefly/sagefly/image"
	"github.com/sagefly/sagefly/internal/nearest"
)

// mediaTypes are those of manifests that ECR is asked for: what it has, as it is stored.
var mediaTypes = []string{
	string(v1types.DockerManifestSchema2), string(v1types.OCIManifestSchema1), string(v1types.DockerManifestList), string(v1types.OCIImageIndex),
}

func imageWhere(r *sagemaker.CreateTrainingJobInput) string {
	return "AlgorithmSpecification.TrainingImage = " + trainingImage(r)
}

func trainingImage(r *sagemaker.CreateTrainingJobInput) string {
	if r.AlgorithmSpecification == nil {
		return ""
	}
	return aws.ToString(r.AlgorithmSpecification.TrainingImage)
}

// image is the job's image in ECR; ok is false when there is none.
func (c *check) image() (ecrImage, bool) { return parseImage(trainingImage(c.request)) }

// ours says that an image is in one of AWS's own registries, which are not asked.
func ours(i ecrImage) bool { return algorithm.IsRegistry(i.account) }

// checkImage looks for the image, whether it is in the job's region, one image, and for linux/amd64.
func (c *check) checkImage(ctx context.Context) {
	uri := trainingImage(c.request)
	if uri == "" {
		return
	}
	i, ok := parseImage(uri)
	if !ok {
		c.foreignImage(uri)
		return
	}
	if i.region != c.config.Region {
		c.find(Finding{
			Code: CodeImageRegion, What: "the image is in another region", Where: imageWhere(c.request),
			Why: fmt.Sprintf("it is in %s, the job would run in %s; SageMaker pulls from the job's region only", i.region, c.config.Region),
			Fix: []string{"push it there:  sagefly image push … --region " + c.config.Region, "or run there:  --region " + i.region},
		})
		return
	}
	if ours(i) {
		if why := algorithm.ExplainImage(uri); why != "" && strings.Contains(why, "has no tag") {
			c.unknown("whether AWS has the image: %s", why)
		}
		return
	}
	c.checkOwnImage(ctx, i)
}

// foreignImage is one of another registry, which SageMaker takes in VPC mode only.
func (c *check) foreignImage(uri string) {
	a := c.request.AlgorithmSpecification
	if a.TrainingImageConfig != nil && a.TrainingImageConfig.TrainingRepositoryAccessMode == sagemakertypes.TrainingRepositoryAccessModeVpc {
		c.unknown("the image %s: it is in a registry of your network", uri)
		return
	}
	c.find(Finding{
		Code: CodeImageRegistry, What: "the image is not in Amazon ECR", Where: imageWhere(c.request),
		Why: "SageMaker pulls images from ECR, ACCOUNT.dkr.ecr.REGION.amazonaws.com/REPOSITORY:TAG",
		Fix: []string{"push it there:  sagefly image push"},
	})
}

func (c *check) checkOwnImage(ctx context.Context, i ecrImage) {
	id := types.ImageIdentifier{}
	if i.digest != "" {
		id.ImageDigest = &i.digest
	} else {
		id.ImageTag = &i.tag
	}
	answer, err := c.ecr.BatchGetImage(ctx, &ecr.BatchGetImageInput{
		RegistryId: &i.account, RepositoryName: &i.repository, ImageIds: []types.ImageIdentifier{id},
		AcceptedMediaTypes: mediaTypes,
	})
	switch {
	case hasCode(err, "RepositoryNotFoundException"):
		c.repositoryMissing(ctx, i)
	case err != nil:
		c.unasked("the image "+i.name(), err)
	case len(answer.Images) == 0:
		c.tagMissing(ctx, i)
	default:
		c.checkManifest(ctx, i, answer.Images[0])
	}
}

func (c *check) imageMissing(why string, fixes []string) {
	c.find(Finding{
		Code: CodeImageMissing, What: "the image is not in ECR", Where: imageWhere(c.request), Why: why,
		Fix: append(fixes, "push it:  sagefly image push"),
	})
}

func (c *check) repositoryMissing(ctx context.Context, i ecrImage) {
	var fixes []string
	list, err := c.ecr.DescribeRepositories(ctx, &ecr.DescribeRepositoriesInput{RegistryId: &i.account, MaxResults: aws.Int32(1000)})
	if err == nil {
		var names []string
		for _, r := range list.Repositories {
			names = append(names, aws.ToString(r.RepositoryName))
		}
		for _, near := range nearest.Words(i.repository, names) {
			fixes = append(fixes, "use repository  "+near)
		}
	}
	c.imageMissing(fmt.Sprintf("account %s has no repository %q in %s", i.account, i.repository, i.region), fixes)
}

// tagMissing names the repository's newest tags.
func (c *check) tagMissing(ctx context.Context, i ecrImage) {
	why := fmt.Sprintf("repository %q in %s has no %s", i.repository, i.region, strings.TrimPrefix(i.name(), i.repository))
	var fixes []string
	if tags := c.tags(ctx, i); len(tags) > 0 {
		why += "; tags there: " + strings.Join(tags[:min(5, len(tags))], ", ")
		for _, near := range nearest.Words(i.tag, tags) {
			fixes = append(fixes, "use tag  "+near)
		}
	}
	c.imageMissing(why, fixes)
}

// tags are those of a repository, of the newest image first; none when they cannot be listed.
func (c *check) tags(ctx context.Context, i ecrImage) (tags []string) {
	list, err := c.ecr.DescribeImages(ctx, &ecr.DescribeImagesInput{
		RegistryId: &i.account, RepositoryName: &i.repository, Filter: &types.DescribeImagesFilter{TagStatus: types.TagStatusTagged},
	})
	if err != nil {
		return nil
	}
	slices.SortStableFunc(list.ImageDetails, func(a, b types.ImageDetail) int {
		return aws.ToTime(b.ImagePushedAt).Compare(aws.ToTime(a.ImagePushedAt))
	})
	for _, d := range list.ImageDetails {
		tags = append(tags, d.ImageTags...)
	}
	return tags
}

// checkManifest finds what stops a job of all that package image has against the image.
func (c *check) checkManifest(ctx context.Context, i ecrImage, found types.Image) {
	manifest := []byte(aws.ToString(found.ImageManifest))
	config, err := c.imageConfig(ctx, i, manifest)
	if err != nil {
		c.unasked("the image's platform", err)
	}
	problems, err := image.Problems(manifest, config)
	if err != nil {
		c.unasked("the image's manifest", err)
	}
	for _, p := range problems {
		if p.Stops {
			c.find(Finding{Code: p.Code, What: p.What, Where: imageWhere(c.request), Why: p.Why, Fix: imageFix(p.Code)})
		}
	}
}

func imageFix(code string) []string {
	if code == image.CodePlatform {
		return []string{"build it for the platform:  sagefly image build   or  docker build --platform linux/amd64 …"}
	}
	return []string{
		"push it as a single image:  sagefly image push",
		"with Docker:  docker build --platform linux/amd64 --provenance=false --sbom=false --output type=docker …",
	}
}

// imageConfig reads an image's configuration, which is kept like a layer; an index has none.
func (c *check) imageConfig(ctx context.Context, i ecrImage, manifest []byte) (config json.RawMessage, _ error) {
	var m struct{ Config struct{ Digest string } }
	if err := json.Unmarshal(manifest, &m); err != nil || m.Config.Digest == "" {
		return nil, nil // what is no JSON is said by who judges it
	}
	link, err := c.ecr.GetDownloadUrlForLayer(ctx, &ecr.GetDownloadUrlForLayerInput{RegistryId: &i.account, RepositoryName: &i.repository, LayerDigest: &m.Config.Digest})
	if err != nil {
		return nil, err
	}
	if c.fetch(ctx, aws.ToString(link.DownloadUrl), &config) != nil {
		return nil, errors.New("its configuration cannot be read") // the cause would show the link, which is a key
	}
	return config, nil
}

// maxConfig bounds an image's configuration.
const maxConfig = 4 << 20

// fetch reads JSON from a link that is signed by itself.
func (c *check) fetch(ctx context.Context, link string, v any) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, link, nil)
	if err != nil {
		return err
	}
	var client aws.HTTPClient = http.DefaultClient
	if c.config.HTTPClient != nil {
		client = c.config.HTTPClient
	}
	answer, err := client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("HTTP status %d", answer.StatusCode)
	}
	return json.NewDecoder(io.LimitReader(answer.Body, maxConfig)).Decode(v)
}
