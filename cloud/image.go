package cloud

import (
	"context"
	"encoding/json"
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

	"github.com/sagefly/sagefly/algorithm"
	"github.com/sagefly/sagefly/internal/nearest"
)

// Media types of manifests. SageMaker takes a single image of the first two.
const (
	dockerImage = "application/vnd.docker.distribution.manifest.v2+json"
	ociImage    = "application/vnd.oci.image.manifest.v1+json"
	dockerList  = "application/vnd.docker.distribution.manifest.list.v2+json"
	ociIndex    = "application/vnd.oci.image.index.v1+json"
)

// manifest is as much of an image's or a list's manifest as is looked at.
type manifest struct {
	MediaType string `json:"mediaType"`
	Config    struct {
		Digest string `json:"digest"`
	} `json:"config"`
	Layers []struct {
		MediaType string `json:"mediaType"`
	} `json:"layers"`
	Manifests []struct {
		Platform struct {
			Architecture string `json:"architecture"`
			OS           string `json:"os"`
		} `json:"platform"`
	} `json:"manifests"`
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
func (c *check) image() (image, bool) { return parseImage(trainingImage(c.request)) }

// ours says that an image is in one of AWS's own registries, which are not asked.
func ours(i image) bool { return algorithm.IsRegistry(i.account) }

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

func (c *check) checkOwnImage(ctx context.Context, i image) {
	id := types.ImageIdentifier{}
	if i.digest != "" {
		id.ImageDigest = &i.digest
	} else {
		id.ImageTag = &i.tag
	}
	answer, err := c.ecr.BatchGetImage(ctx, &ecr.BatchGetImageInput{
		RegistryId: &i.account, RepositoryName: &i.repository, ImageIds: []types.ImageIdentifier{id},
		AcceptedMediaTypes: []string{dockerImage, ociImage, dockerList, ociIndex},
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

func (c *check) repositoryMissing(ctx context.Context, i image) {
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
func (c *check) tagMissing(ctx context.Context, i image) {
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
func (c *check) tags(ctx context.Context, i image) (tags []string) {
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

// checkManifest asks for one image, of layers that SageMaker can unpack, for linux/amd64.
func (c *check) checkManifest(ctx context.Context, i image, found types.Image) {
	var m manifest
	if err := json.Unmarshal([]byte(aws.ToString(found.ImageManifest)), &m); err != nil {
		c.unasked("the image's manifest", err)
		return
	}
	mediaType := aws.ToString(found.ImageManifestMediaType)
	if mediaType == "" {
		mediaType = m.MediaType
	}
	if len(m.Manifests) > 0 || mediaType == dockerList || mediaType == ociIndex {
		c.imageFormat(fmt.Sprintf("it is a list (%s): %s", mediaType, platforms(m)))
		return
	}
	if mediaType != dockerImage && mediaType != ociImage {
		c.imageFormat("its manifest is of type " + mediaType)
		return
	}
	for _, layer := range m.Layers {
		if strings.Contains(layer.MediaType, "zstd") {
			c.imageFormat("it has a layer of type " + layer.MediaType)
			return
		}
	}
	c.checkPlatform(ctx, i, m.Config.Digest)
}

func platforms(m manifest) string {
	var list []string
	for _, one := range m.Manifests {
		list = append(list, one.Platform.OS+"/"+one.Platform.Architecture)
	}
	return strings.Join(list, ", ")
}

func (c *check) imageFormat(why string) {
	c.find(Finding{
		Code: CodeImageFormat, What: "SageMaker does not take an image of this form", Where: imageWhere(c.request), Why: why,
		Fix: []string{
			"push it as a single image:  sagefly image push",
			"with Docker:  docker build --platform linux/amd64 --provenance=false --sbom=false --output type=docker …",
		},
	})
}

// checkPlatform reads the image's configuration, which is kept like a layer.
func (c *check) checkPlatform(ctx context.Context, i image, digest string) {
	link, err := c.ecr.GetDownloadUrlForLayer(ctx, &ecr.GetDownloadUrlForLayerInput{RegistryId: &i.account, RepositoryName: &i.repository, LayerDigest: &digest})
	if err != nil {
		c.unasked("the image's platform", err)
		return
	}
	var config struct{ Architecture, OS string }
	if err := c.fetch(ctx, aws.ToString(link.DownloadUrl), &config); err != nil {
		c.unknown("the image's platform: its configuration cannot be read")
		return
	}
	if config.Architecture != "amd64" || config.OS != "linux" {
		c.find(Finding{
			Code: CodeImagePlatform, What: "the image is not for linux/amd64", Where: imageWhere(c.request),
			Why: fmt.Sprintf("it is for %s/%s; training instances are linux/amd64", config.OS, config.Architecture),
			Fix: []string{"build it for the platform:  sagefly image build   or  docker build --platform linux/amd64 …"},
		})
	}
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
