package container

import (
	"math"
	"runtime"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Expected texts are what CPython's json.loads, json.dumps and str print.
func TestPythonText(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ in, json, str string }{
		{"0.3", "0.3", "0.3"},
		{"0.10", "0.1", "0.1"},
		{"1e-05", "1e-05", "1e-05"},
		{"0.0001", "0.0001", "0.0001"},
		{"1E5", "100000.0", "100000.0"},
		{"1e16", "1e+16", "1e+16"},
		{"123456789012345678901234567890", "123456789012345678901234567890", "123456789012345678901234567890"},
		{"-0", "0", "0"},
		{"-0.0", "-0.0", "-0.0"},
		{"NaN", "NaN", "nan"},
		{"-Infinity", "-Infinity", "-inf"},
		{"true", "true", "True"},
		{"null", "null", "None"},
		{`[1, 2.50, "a'b", null]`, `[1,2.5,"a'b",null]`, `[1, 2.5, "a'b", None]`},
		{`{"b": 1, "a": [true]}`, `{"a":[true],"b":1}`, `{'a': [True], 'b': 1}`},
		{`"quoted"`, `"quoted"`, "quoted"},
		{"binary:logistic", `"binary:logistic"`, "binary:logistic"},
		{"5 rounds", `"5 rounds"`, "5 rounds"},
		{"05", `"05"`, "05"},
		{"é😀\x7f", `"\u00e9\ud83d\ude00\u007f"`, "é😀\x7f"},
		{"", `""`, ""},
	} {
		v, _ := Decode(tt.in)
		if got := pyJSON(v); got != tt.json {
			t.Errorf("json of %q = %s, want %s", tt.in, got, tt.json)
		}
		if got := pyStr(v); got != tt.str {
			t.Errorf("str of %q = %s, want %s", tt.in, got, tt.str)
		}
	}
}

func TestDecode(t *testing.T) {
	t.Parallel()
	if v, ok := Decode("0.5"); v != 0.5 || !ok {
		t.Errorf("Decode(0.5) = %v, %v", v, ok)
	}
	if v, ok := Decode("reg:squarederror"); v != "reg:squarederror" || ok {
		t.Errorf("Decode(text) = %v, %v", v, ok)
	}
	if v, ok := Decode("1e999"); v != math.Inf(1) || !ok {
		t.Errorf("Decode(1e999) = %v, %v", v, ok)
	}
}

func TestUserArgs(t *testing.T) {
	t.Parallel()
	c := Contract{Hyperparameters: map[string]string{
		"num_round": "5", "e": "0.30", "flag": "true", "list": "[1, 2]", "map": `{"b":2,"a":1}`, "none": "null",
		"sagemaker_program": `"train.py"`, "_tuning_objective_metric": "x", "sagemaker_mpi_enabled": "true",
	}}
	want := []string{"-e", "0.3", "--flag", "True", "--list", "[1, 2]", "--map", "a=1,b=2", "--none", "", "--num_round", "5"}
	if diff := cmp.Diff(want, c.UserArgs()); diff != "" {
		t.Errorf("arguments (-want +got):\n%s", diff)
	}
}

func TestSMEnv(t *testing.T) {
	t.Parallel()
	c := single()
	c.JobName = "job-1"
	c.Hyperparameters["sagemaker_program"] = `"train.py"`
	c.Hyperparameters["sagemaker_mpi_enabled"] = "true"
	c.Hyperparameters["max-depth"] = "3"
	c.Channels = append(c.Channels, Channel{Name: "a-1"})
	group := `{"hosts":["algo-1"],"instance_group_name":"homogeneousCluster","instance_type":"ml.c5.xlarge"}`
	hps := `{"eta":0.3,"max-depth":3,"num_round":5,"objective":"binary:logistic"}`
	args := `["--eta","0.3","--max-depth","3","--num_round","5","--objective","binary:logistic"]`
	resource := `{"current_group_name":"homogeneousCluster","current_host":"algo-1","current_instance_type":"ml.c5.xlarge",` +
		`"hosts":["algo-1"],"instance_groups":[` + group + `],"network_interface_name":"eth0","topology":null}`
	input := `{"a-1":{"RecordWrapperType":"None","S3DistributionType":"FullyReplicated","TrainingInputMode":"File"},` +
		`"train":{"ContentType":"text/csv","RecordWrapperType":"None","S3DistributionType":"FullyReplicated","TrainingInputMode":"File"}}`
	cpus := strconv.Itoa(runtime.NumCPU())
	want := map[string]string{
		"SM_HOSTS": `["algo-1"]`, "SM_CURRENT_HOST": "algo-1", "SM_CURRENT_INSTANCE_TYPE": "ml.c5.xlarge",
		"SM_CURRENT_INSTANCE_GROUP": "homogeneousCluster", "SM_CURRENT_INSTANCE_GROUP_HOSTS": `["algo-1"]`,
		"SM_INSTANCE_GROUPS": `["homogeneousCluster"]`, "SM_INSTANCE_GROUPS_DICT": `{"homogeneousCluster":` + group + `}`,
		"SM_DISTRIBUTION_INSTANCE_GROUPS": `["homogeneousCluster"]`, "SM_IS_HETERO": "false",
		"SM_NETWORK_INTERFACE_NAME": "eth0", "SM_RESOURCE_CONFIG": resource, "SM_INPUT_DATA_CONFIG": input,
		"SM_CHANNELS": `["a-1","train"]`, "SM_CHANNEL_A-1": "/opt/ml/input/data/a-1", "SM_CHANNEL_TRAIN": "/opt/ml/input/data/train",
		"SM_HPS": hps, "SM_HP_ETA": "0.3", "SM_HP_MAX-DEPTH": "3", "SM_HP_NUM_ROUND": "5", "SM_HP_OBJECTIVE": "binary:logistic",
		"SM_FRAMEWORK_PARAMS": `{"sagemaker_mpi_enabled":true}`, "SM_USER_ARGS": args,
		"SM_USER_ENTRY_POINT": "train.py", "SM_MODULE_NAME": "train", "SM_MODULE_DIR": "/opt/ml/code", "SM_FRAMEWORK_MODULE": "",
		"SM_LOG_LEVEL": "20", "SM_NUM_CPUS": cpus, "SM_NUM_GPUS": "0", "SM_NUM_NEURONS": "0",
		"SM_MODEL_DIR": "/opt/ml/model", "SM_INPUT_DIR": "/opt/ml/input", "SM_INPUT_CONFIG_DIR": "/opt/ml/input/config",
		"SM_OUTPUT_DIR": "/opt/ml/output", "SM_OUTPUT_DATA_DIR": "/opt/ml/output/data",
		"SM_OUTPUT_INTERMEDIATE_DIR": "/opt/ml/output/intermediate",
		"SM_TRAINING_ENV": `{"additional_framework_parameters":{"sagemaker_mpi_enabled":true},` +
			`"channel_input_dirs":{"a-1":"/opt/ml/input/data/a-1","train":"/opt/ml/input/data/train"},` +
			`"current_host":"algo-1","current_instance_group":"homogeneousCluster","current_instance_group_hosts":["algo-1"],` +
			`"current_instance_type":"ml.c5.xlarge","distribution_hosts":["algo-1"],"distribution_instance_groups":["homogeneousCluster"],` +
			`"framework_module":null,"hosts":["algo-1"],"hyperparameters":` + hps + `,"input_config_dir":"/opt/ml/input/config",` +
			`"input_data_config":` + input + `,"input_dir":"/opt/ml/input","instance_groups":["homogeneousCluster"],` +
			`"instance_groups_dict":{"homogeneousCluster":` + group + `},"is_hetero":false,"is_master":true,"is_modelparallel_enabled":null,` +
			`"is_smddpmprun_installed":false,"is_smddprun_installed":false,"job_name":"job-1","log_level":20,"master_hostname":"algo-1","model_dir":"/opt/ml/model","module_dir":"/opt/ml/code",` +
			`"module_name":"train","network_interface_name":"eth0","num_cpus":` + cpus + `,"num_gpus":0,"num_neurons":0,` +
			`"output_data_dir":"/opt/ml/output/data","output_dir":"/opt/ml/output","output_intermediate_dir":"/opt/ml/output/intermediate",` +
			`"resource_config":` + resource + `,"topology":null,"user_entry_point":"train.py"}`,
	}
	if diff := cmp.Diff(want, c.SMEnv(Root)); diff != "" {
		t.Errorf("variables (-want +got):\n%s", diff)
	}
}
