package cloud

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
)

// Trials are all trials of a tuning job so far, in the order of their creation. It asks once for every hundred of them.
func Trials(ctx context.Context, config aws.Config, name string) ([]types.HyperParameterTrainingJobSummary, error) {
	var all []types.HyperParameterTrainingJobSummary
	pages := sagemaker.NewListTrainingJobsForHyperParameterTuningJobPaginator(sagemaker.NewFromConfig(config), &sagemaker.ListTrainingJobsForHyperParameterTuningJobInput{
		HyperParameterTuningJobName: &name, MaxResults: aws.Int32(100),
		SortBy: types.TrainingJobSortByOptionsCreationTime, SortOrder: types.SortOrderAscending,
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("list trials of %s: %w", name, err)
		}
		all = append(all, page.TrainingJobSummaries...)
	}
	sortTrials(all)
	return all, nil
}

// sortTrials sorts by the numbers in the names, when all have one: the times of AWS's list are whole seconds.
func sortTrials(trials []types.HyperParameterTrainingJobSummary) {
	for _, t := range trials {
		if TrialNumber(aws.ToString(t.TrainingJobName)) == 0 {
			return
		}
	}
	slices.SortStableFunc(trials, func(a, b types.HyperParameterTrainingJobSummary) int {
		return cmp.Compare(TrialNumber(*a.TrainingJobName), TrialNumber(*b.TrainingJobName))
	})
}

// TrialNumber is the number in a trial's name, SEARCH-NNN-8HEX, from 1; 0 when the name is no trial's.
func TrialNumber(name string) int {
	parts := strings.Split(name, "-")
	if len(parts) < 3 || len(parts[len(parts)-1]) != 8 {
		return 0
	}
	digits := parts[len(parts)-2]
	n, err := strconv.Atoi(digits)
	if err != nil || len(digits) < 3 || n < 1 {
		return 0
	}
	return n
}
