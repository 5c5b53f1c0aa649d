// Package entry runs a user's program inside one host of a training job, by the rules of the public training toolkit
// (sagemaker-training 5.1.4) but for its launchers (MPI, torchrun, SMDDP):
//
//	os.Exit(entry.Main(entry.System()))
//
// It reads the contract, finds program and source (sourcedir.tar.gz in S3, a folder, an archive), unpacks the source, installs
// what it asks for, sets the SM_* variables, starts the program with the hyperparameters as arguments, passes signals on, and
// leaves the failure or success file. It is what `sagefly-train` does in an image, and what the engine starts in place of an image.
//
// It needs the standard library only. What it does over a program that is its own master, a typed task, is cheap: no Python is asked
// for, nothing of the output is looked at.
package entry

// Variables by which an image or the engine tells the entry what to do. The toolkit's own SAGEMAKER_PROGRAM and
// SAGEMAKER_SUBMIT_DIRECTORY work besides.
const (
	// Variable makes a program that calls the engine's Init become an entry. It is not passed on.
	Variable = "SAGEFLY_ENTRY"
	// CommandVariable is a command of the image that runs where no program is named: a JSON list of strings, or one
	// path. It gets the SM_* variables, and no arguments.
	CommandVariable = "SAGEFLY_COMMAND"
	// PythonVariable is the interpreter's path; "" = python3 or python in PATH.
	PythonVariable = "SAGEFLY_PYTHON"
	// InterpreterVariable is what the interpreter said of itself, as JSON of [python.Interpreter], where it was asked before.
	InterpreterVariable = "SAGEFLY_INTERPRETER"
	// EnvironmentsVariable is the folder of shared Python environments. Where it is set, nothing is installed into the
	// interpreter: a requirements.txt gets an environment there, and the job one of its own over it. Without it, in an
	// image, pip installs into the interpreter, as the toolkit does.
	EnvironmentsVariable = "SAGEFLY_PYTHON_ENVIRONMENTS"
)

// The toolkit's variables and the hyperparameters they stand for.
const (
	programVariable   = "SAGEMAKER_PROGRAM"
	submitVariable    = "SAGEMAKER_SUBMIT_DIRECTORY"
	moduleVariable    = "SAGEMAKER_TRAINING_MODULE"
	studioVariable    = "SM_STUDIO_LOCAL_MODE" // the toolkit does not wait for host names where it is "true"
	programParameter  = "sagemaker_program"
	submitParameter   = "sagemaker_submit_directory"
	regionParameter   = "sagemaker_region"
	jobNameParameter  = "sagemaker_job_name"
	launcherParameter = "sagemaker_mpi_enabled"
	torchParameter    = "sagemaker_torch_distributed_enabled"
)
