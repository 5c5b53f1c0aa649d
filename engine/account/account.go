// Package account says what an engine's account allows, so that programs meet the refusals that an AWS account would give:
//
//	engine.Open(ctx, engine.Config{Dir: dir, Rules: &account.Rules{
//		Roles:  []account.Role{{Name: "train", Policies: []string{document}}},
//		Quotas: map[string]int{account.Training("ml.m5.xlarge"): 2},
//	}})
//
// With rules, IAM and Service Quotas answer by them; CreateTrainingJob asks them for the caller's permissions, the role and
// its trust, what the role may do with the job's inputs and output, and the quota; and a bucket answers in its own region only.
// Other requests are not checked against policies. Without rules every role exists and everything is allowed.
package account

// Rules make an account strict. The zero Rules have a caller who may do everything, no role and no quota.
type Rules struct {
	Caller Principal      // who sends all requests
	Roles  []Role         // all roles of the account
	Quotas map[string]int // name, see [Training] and [SpotTraining], → instances; what is not in it is not limited
}

// Principal is a user or a role's session.
type Principal struct {
	ARN      string   // of a user, or arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION; "" = the account's root
	Policies []string // IAM policy documents; nil allows everything, an empty list nothing
}

// Role is a role of the account.
type Role struct {
	Name     string
	Path     string   // begins and ends with "/"; "" = "/"
	Trust    string   // policy document; "" = SageMaker may assume it
	Policies []string // as in [Principal]
}

// Training is the name of a quota: how many instances of the type training jobs may use at the same time.
func Training(instanceType string) string { return instanceType + " for training job usage" }

// SpotTraining is the name of the quota for jobs on spare capacity, which is counted by itself.
func SpotTraining(instanceType string) string { return instanceType + " for spot training job usage" }
