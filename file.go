package sagefly

// File is one file. In an input it is a channel: a local path or an s3:// address in the launcher, always a local path in
// the function. In an output it is part of the model: a local path when the function returns it, and an address
// s3://…/model.tar.gz#member afterwards, which is good as the input of another task. "" is no file.
//
// An s3:// address in an input is one object, whatever other keys begin alike; with a "/" at its end it is a prefix, below which one object lies.
type File string

// Dir is a folder, likewise.
type Dir string
