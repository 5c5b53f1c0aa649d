package xgboost

import (
	"fmt"
	"strings"
)

// Protocol is the version of the arrangement between this program and whoever starts it: arguments, check, handshake, exit codes.
const Protocol = 1

// profile is what differs from one image tag to the next.
type profile struct {
	tag     string
	library string // the only version of XGBoost that gives this tag's models

	marginMetrics  bool   // the container's own metrics are computed on raw margins; otherwise on what predict returns
	copyModel      bool   // train() returns a copy that went through serialisation
	scoreAttribute bool   // an early-stopped model keeps best_score; otherwise models get best_ntree_limit
	checkpoint     string // name of the one checkpoint file
	debugLines     bool   // the container logs its TRAIN_JOB_DEBUG and CALLBACK_ lines
	warnToStderr   bool   // messages of the library that are warnings go to stderr; otherwise all go to stdout
}

func profiles() []profile {
	return []profile{
		{
			tag: "1.7-1", library: "1.7.4",
			marginMetrics: true, copyModel: true, checkpoint: "xgboost-checkpoint_0.json",
		},
		{
			tag: "3.0-5", library: "3.0.5",
			scoreAttribute: true, checkpoint: "xgboost-checkpoint_0.ubj", debugLines: true, warnToStderr: true,
		},
	}
}

// Tags returns the image tags that the program can train for, oldest first.
func Tags() []string {
	var tags []string
	for _, p := range profiles() {
		tags = append(tags, p.tag)
	}
	return tags
}

func profileOf(tag string) (profile, error) {
	for _, p := range profiles() {
		if p.tag == tag {
			return p, nil
		}
	}
	return profile{}, fmt.Errorf("tag %q: this trainer knows %s", tag, strings.Join(Tags(), ", "))
}
