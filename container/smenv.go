package container

import (
	"encoding/json"
	"maps"
	"runtime"
	"slices"
	"strings"
)

// Hyperparameters that speak to the toolkit and not to the user's program, and are not framework parameters either.
var toolkitHyperparameters = []string{
	"sagemaker_program", "sagemaker_submit_directory", "sagemaker_container_log_level", "sagemaker_job_name",
	"sagemaker_region", "sagemaker_enable_cloudwatch_metrics", "sagemaker_s3_output", "default_user_module_name",
	"_tuning_objective_metric",
}

// Hyperparameters whose truth makes the current group a distribution group.
var distributionHyperparameters = []string{
	"sagemaker_mpi_enabled", "sagemaker_parameter_server_enabled", "sagemaker_distributed_dataparallel_enabled",
	"sagemaker_pytorch_ddp_enabled", "sagemaker_pytorch_xla_multi_worker_enabled",
	"sagemaker_multi_worker_mirrored_strategy_enabled",
}

// infoLevel is Python's logging.INFO.
const infoLevel = 20

// SMEnv is the SM_* variables that the training toolkit gives a user's script whose contract is at root: names are SM_
// and the upper-cased key, strings stand as they are, everything else is compact JSON with sorted keys in ASCII.
// Channel and hyperparameter names keep their "-".
//
// The number of CPUs is this machine's; GPUs and Neuron devices count as none, because both need vendor programs to be
// run. The toolkit's user program may be named by SAGEMAKER_PROGRAM in c.Environment or by the hyperparameter.
func (c Contract) SMEnv(root string) map[string]string {
	return environment(c.toolkit(Layout{Root: root}))
}

// environment formats values by the toolkit's rule.
func environment(values map[string]any) map[string]string {
	env := make(map[string]string, len(values))
	for key, value := range values {
		name := "SM_" + strings.ToUpper(key)
		switch value := value.(type) {
		case nil:
			env[name] = ""
		case string:
			env[name] = value
		default:
			env[name] = pyJSON(value)
		}
	}
	return env
}

// toolkit computes what the toolkit's Environment object holds, under the names of its variables.
func (c Contract) toolkit(l Layout) map[string]any {
	user, framework, own := c.splitHyperparameters()
	m := c.cluster(framework)
	maps.Copy(m, c.program(l, own))
	maps.Copy(m, paths(l))
	channels := map[string]any{}
	for _, ch := range c.Channels {
		channels[ch.Name] = l.Channel(ch.Name)
	}
	m["hps"], m["framework_params"] = user, framework
	m["channels"] = slices.Sorted(maps.Keys(channels))
	m["input_data_config"] = plain(c.inputDataConfig())
	m["num_cpus"], m["num_gpus"], m["num_neurons"] = runtime.NumCPU(), 0, 0
	m["training_env"] = c.trainingEnv(m, channels)
	m["user_args"] = userArgs(user)
	for name, dir := range channels {
		m["channel_"+name] = dir
	}
	for name, value := range user {
		m["hp_"+name] = value
	}
	return m
}

// splitHyperparameters decodes all values and parts them: the user's own, parameters of frameworks (sagemaker_*) and
// those that steer the toolkit.
func (c Contract) splitHyperparameters() (user, framework, own map[string]any) {
	user, framework, own = map[string]any{}, map[string]any{}, map[string]any{}
	for key, text := range c.Hyperparameters {
		value, _ := Decode(text)
		switch {
		case slices.Contains(toolkitHyperparameters, key):
			own[key] = value
		case strings.HasPrefix(key, "sagemaker_"):
			framework[key] = value
		default:
			user[key] = value
		}
	}
	return user, framework, own
}

// cluster is everything that comes from resourceconfig.json.
func (c Contract) cluster(framework map[string]any) map[string]any {
	file := c.Resource.file()
	names, dict, current := []string{}, map[string]any{}, []string{}
	for _, g := range file.InstanceGroups {
		names = append(names, g.Name)
		dict[g.Name] = plain(g)
		if g.Name == file.CurrentGroupName {
			current = g.Hosts
		}
	}
	var distribution any = []string{}
	for _, key := range distributionHyperparameters {
		if truthy(framework[key]) {
			distribution = []string{file.CurrentGroupName}
		}
	}
	if v, ok := framework["sagemaker_distribution_instance_groups"]; ok {
		distribution = v
	}
	return map[string]any{
		"hosts": file.Hosts, "current_host": file.CurrentHost, "current_instance_type": file.CurrentInstanceType,
		"current_instance_group": file.CurrentGroupName, "current_instance_group_hosts": current,
		"instance_groups": names, "instance_groups_dict": dict, "distribution_instance_groups": distribution,
		"is_hetero": len(names) > 1, "network_interface_name": file.NetworkInterfaceName,
		"resource_config": plain(file),
	}
}

// program is everything about the user's script.
func (c Contract) program(l Layout, own map[string]any) map[string]any {
	var entry any
	name := "None" // the toolkit prints Python's None when no program is named
	if v, ok := own["sagemaker_program"]; ok {
		entry, name = v, pyStr(v)
	}
	if v := c.Environment["SAGEMAKER_PROGRAM"]; v != "" {
		entry, name = v, v
	}
	level, dir := any(infoLevel), any(l.Code())
	if v, ok := own["sagemaker_container_log_level"]; ok {
		level = v
	}
	if v, ok := own["sagemaker_submit_directory"]; ok {
		dir = pyStr(v)
	}
	var module any
	if v := c.Environment["SAGEMAKER_TRAINING_MODULE"]; v != "" {
		module = v
	}
	return map[string]any{
		"user_entry_point": entry, "module_name": strings.TrimSuffix(name, ".py"), "module_dir": dir,
		"framework_module": module, "log_level": level,
	}
}

func paths(l Layout) map[string]any {
	return map[string]any{
		"model_dir": l.Model(), "input_dir": l.Input(), "input_config_dir": l.ConfigDir(), "output_dir": l.Output(),
		"output_data_dir": l.OutputData(), "output_intermediate_dir": l.Intermediate(),
	}
}

// trainingEnv is SM_TRAINING_ENV: the whole environment object again, under its property names.
func (c Contract) trainingEnv(m, channels map[string]any) map[string]any {
	env := map[string]any{
		"additional_framework_parameters": m["framework_params"], "hyperparameters": m["hps"],
		"channel_input_dirs": channels, "is_modelparallel_enabled": nil, "topology": nil,
		"is_smddprun_installed": false, "is_smddpmprun_installed": false, // SMDDP's launchers: vendor programs, as GPUs
	}
	for key, value := range m {
		if !slices.Contains([]string{"framework_params", "hps", "channels"}, key) {
			env[key] = value
		}
	}
	hosts := c.distributionHosts(m["distribution_instance_groups"])
	env["distribution_hosts"] = hosts
	master := ""
	if all := append(slices.Clone(hosts), sorted(c.Resource.Hosts)...); len(all) > 0 {
		master = all[0]
	}
	env["master_hostname"], env["is_master"] = master, master == c.Resource.CurrentHost
	env["job_name"] = nil
	if c.JobName != "" {
		env["job_name"] = c.JobName
	}
	return env
}

func (c Contract) distributionHosts(groups any) []string {
	hosts := []string{}
	in := pyJSON(groups)
	for _, g := range c.Resource.file().InstanceGroups {
		if strings.Contains(in, pyQuote(g.Name)) {
			hosts = append(hosts, g.Hosts...)
		}
	}
	return hosts
}

// truthy is Python's truth of a decoded value.
func truthy(v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case bool:
		return v
	case string:
		return v != ""
	case json.Number:
		return pyInt(v) != "0"
	case float64:
		return v != 0
	case []any:
		return len(v) > 0
	case map[string]any:
		return len(v) > 0
	}
	return true
}

// plain turns one of our file structs into decoded JSON.
func plain(v any) any {
	data, err := printJSON(v)
	if err != nil {
		panic("container: " + err.Error()) // our own structs of strings always print
	}
	out, _ := Decode(string(data))
	return out
}
