package s3

import (
	"net"
	"strings"
	"unicode/utf8"
)

// target reads bucket and key from host and path, in the virtual-host or the path style.
func (c *call) target() (bucket, key string, err error) {
	path := strings.TrimPrefix(c.r.URL.Path, "/")
	if bucket = c.hostBucket(); bucket != "" {
		key = path
	} else {
		bucket, key, _ = strings.Cut(path, "/")
	}
	switch {
	case !utf8.ValidString(key):
		return "", "", newError("InvalidURI", "Couldn't parse the specified URI.")
	case len(key) > 1024:
		return "", "", newError("KeyTooLongError", "Your key is too long")
	}
	return bucket, key, nil
}

// hostBucket is the bucket in a host name: NAME.localhost, NAME.s3.localhost, NAME.s3.REGION.amazonaws.com and the like.
func (c *call) hostBucket() string {
	host := c.r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.ToLower(host)
	if strings.HasPrefix(host, "s3.") || strings.HasPrefix(host, "s3-") {
		return ""
	}
	for _, mark := range []string{".s3.", ".s3-"} {
		if i := strings.LastIndex(host, mark); i > 0 {
			return host[:i]
		}
	}
	for _, domain := range append([]string{"localhost"}, c.config.Domains...) {
		if name, ok := strings.CutSuffix(host, "."+domain); ok {
			return name
		}
	}
	return ""
}

func serviceOperations() map[string]operation {
	return map[string]operation{"GET": (*call).listBuckets}
}

func bucketOperations() map[string]operation {
	ops := map[string]operation{
		"GET":           (*call).listObjectsV1,
		"GET list-type": (*call).listObjectsV2,
		"GET location":  (*call).getLocation,
		"GET uploads":   (*call).listUploads,
		"HEAD":          (*call).headBucket,
		"PUT":           (*call).createBucket,
		"DELETE":        (*call).deleteBucket,
		"POST delete":   (*call).deleteObjects,
	}
	for sub, answer := range bucketAnswers() {
		ops["GET "+sub] = answer
	}
	return ops
}

func objectOperations() map[string]operation {
	return map[string]operation{
		"GET":             (*call).getObject,
		"HEAD":            (*call).getObject,
		"PUT":             (*call).putOrCopy,
		"DELETE":          (*call).deleteObject,
		"POST uploads":    (*call).createUpload,
		"PUT uploadId":    (*call).uploadPart,
		"GET uploadId":    (*call).listParts,
		"POST uploadId":   (*call).completeUpload,
		"DELETE uploadId": (*call).abortUpload,
		"GET acl":         (*call).getACL,
		"GET tagging":     (*call).getObjectTagging,
	}
}

// bucketSubresources are the query parameters that choose an operation on a bucket.
func bucketSubresources() []string {
	return []string{
		"delete", "uploads", "location", "acl", "policy", "policyStatus", "versioning", "versions", "encryption", "tagging",
		"lifecycle", "cors", "website", "replication", "object-lock", "publicAccessBlock", "ownershipControls", "logging",
		"notification", "requestPayment", "accelerate", "analytics", "inventory", "metrics", "intelligent-tiering", "session",
		"metadataTable", "metadataConfiguration", "abac", "list-type",
	}
}

// objectSubresources are the query parameters that choose an operation on an object.
func objectSubresources() []string {
	return []string{
		"uploads", "uploadId", "acl", "tagging", "attributes", "retention", "legal-hold", "torrent", "restore", "select",
		"renameObject", "encryption",
	}
}
