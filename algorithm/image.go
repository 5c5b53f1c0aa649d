package algorithm

//go:generate go run ../internal/gen/images data/xgboost_images.json z_images.go

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// ImageRef is what an image URI of a built-in algorithm says.
type ImageRef struct {
	Algorithm string // name for [Lookup]
	Tag       string // tag for [Algorithm.Version], without the image's suffix; latest is 1
	Region    string
	Account   string // the registry's account
}

// image is one row of the generated table.
type image struct {
	algorithm  string
	tag        string
	aliases    []string // other tags of the same image
	suffix     string   // what the SDK adds to the tag, such as -cpu-py3
	repository string
	registry   int // index into registries
}

// imageTable is the generated table. Nothing changes it after it is built.
type imageTable struct {
	images     []image
	registries []map[string]string
}

var table = sync.OnceValue(func() imageTable { return imageTable{images(), registries()} })

// accounts returns the registry accounts by region.
func (im image) accounts() map[string]string { return table().registries[im.registry] }

// ImageURI returns the URI that the SageMaker Python SDK gives for an algorithm's training image: name as for [Lookup], tag as for
// [Algorithm.Version] (empty: the default), region such as us-east-1. The tags 0.90-1 to 1.0-1 get their suffix -cpu-py3, and
// latest stays latest. It is an error when the name, the tag or the region is not in the SDK's table.
func ImageURI(name, tag, region string) (string, error) {
	a, ok := Lookup(name)
	if !ok {
		return "", fmt.Errorf("find image of algorithm %q: no such algorithm", name)
	}
	if tag == "" {
		tag = a.DefaultTag
	}
	for _, im := range table().images {
		if im.algorithm != name || im.tag != tag && !slices.Contains(im.aliases, tag) {
			continue
		}
		account, ok := im.accounts()[region]
		if !ok {
			return "", fmt.Errorf("find image of %s %s: no registry in region %q", name, tag, region)
		}
		return fmt.Sprintf("%s.dkr.ecr.%s.%s/%s:%s%s", account, region, domain(region), im.repository, tag, im.suffix), nil
	}
	_, err := a.Version(tag)
	if err == nil {
		err = fmt.Errorf("find image of %s %s: no image is known", name, tag)
	}
	return "", err
}

// Regions returns the regions that have images of the algorithm's version, sorted; nil for an unknown one.
func Regions(name, tag string) []string {
	for _, im := range table().images {
		if im.algorithm == name && im.tag == tag {
			return slices.Sorted(maps.Keys(im.accounts()))
		}
	}
	return nil
}

// domain is the DNS suffix of a region's partition.
func domain(region string) string {
	for _, partition := range []struct{ prefix, domain string }{
		{"cn-", "amazonaws.com.cn"},
		{"us-iso-", "c2s.ic.gov"},
		{"us-isob-", "sc2s.sgov.gov"},
		{"us-isof-", "csp.hci.ic.gov"},
	} {
		if strings.HasPrefix(region, partition.prefix) {
			return partition.domain
		}
	}
	return "amazonaws.com"
}

// ParseImage recognises the image URI of a built-in algorithm in any region. It holds only when account, repository, domain and
// tag are those of the region's own registry; [ExplainImage] says what is amiss with others. The suffix -cpu-py3 may be there or
// not: the registries carry both forms of a tag.
func ParseImage(uri string) (ImageRef, bool) {
	ref, problem := parseImage(uri)
	return ref, problem == ""
}

// ExplainImage says in one sentence why [ParseImage] does not recognise a URI; it is empty when it does.
func ExplainImage(uri string) string {
	_, problem := parseImage(uri)
	return problem
}

func parseImage(uri string) (ImageRef, string) {
	account, region, host, path, ok := cutECR(uri)
	if !ok {
		return ImageRef{}, "it is not the URI of an image in Amazon ECR"
	}
	repository, tag := path, ""
	if i := strings.IndexAny(path, ":@"); i >= 0 && path[i] == ':' {
		repository, tag = path[:i], path[i+1:]
	} else if i >= 0 {
		repository = path[:i]
	}
	var candidates []image
	for _, im := range table().images {
		if im.repository == repository {
			candidates = append(candidates, im)
		}
	}
	if len(candidates) == 0 {
		return ImageRef{}, fmt.Sprintf("no built-in algorithm known here has a repository %q", repository)
	}
	if problem := checkRegistry(candidates[0], account, region, host); problem != "" {
		return ImageRef{}, problem
	}
	if tag == "" {
		return ImageRef{}, "it names the image by no tag, so its version cannot be told"
	}
	for _, im := range candidates {
		if im.hasTag(tag) {
			return ImageRef{Algorithm: im.algorithm, Tag: im.tag, Region: region, Account: account}, ""
		}
	}
	return ImageRef{}, fmt.Sprintf("repository %q has no tag %q known here", repository, tag)
}

// cutECR takes the URI of an image in ECR apart: ACCOUNT.dkr.ecr.REGION.DOMAIN/PATH.
func cutECR(uri string) (account, region, domain, path string, ok bool) {
	host, path, _ := strings.Cut(uri, "/")
	account, rest, _ := strings.Cut(host, ".dkr.ecr.")
	region, domain, _ = strings.Cut(rest, ".")
	number := len(account) == 12 && strings.Trim(account, "0123456789") == ""
	return account, region, domain, path, number && region != "" && domain != "" && path != ""
}

func checkRegistry(im image, account, region, host string) string {
	want, ok := im.accounts()[region]
	switch {
	case !ok:
		return fmt.Sprintf("%s has no registry in region %q", im.algorithm, region)
	case account != want:
		return fmt.Sprintf("account %s is not the registry of %s in %s, which is %s", account, im.algorithm, region, want)
	case host != domain(region):
		return fmt.Sprintf("registries in %s are under %s, not %s", region, domain(region), host)
	}
	return ""
}

func (im image) hasTag(tag string) bool {
	if tag == im.tag || slices.Contains(im.aliases, tag) {
		return true
	}
	return im.repository != im.algorithm && tag == im.tag+"-cpu-py3"
}

// IsRegistry says whether an account is one of AWS's own registries of the algorithms known here, in any region. Images of other
// AWS accounts, such as those of the deep learning containers, are not in the table.
func IsRegistry(account string) bool {
	for _, byRegion := range table().registries {
		for _, known := range byRegion {
			if known == account {
				return true
			}
		}
	}
	return false
}
