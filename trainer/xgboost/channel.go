package xgboost

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// maxFolderDepth is how deep the container looks for files; the channel's own folder is the first level.
const maxFolderDepth = 3

// dataSize adds up the sizes of all files below path, 0 when there is nothing. A hidden file is refused.
func dataSize(path string, log *logger) (int64, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		log.info("Path %s does not exist!", path)
		return 0, nil
	}
	if err != nil {
		return 0, userError("%s cannot be read: %v", path, err)
	}
	if !info.IsDir() {
		return info.Size(), nil
	}
	root, err := filepath.EvalSymlinks(path) // a channel may be a link; WalkDir would stop at it
	if err != nil {
		return 0, userError("%s cannot be read: %v", path, err)
	}
	var total int64
	err = filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return nil
		}
		if strings.HasPrefix(d.Name(), ".") {
			return userError("Hidden file found in the data path! Remove that before training.")
		}
		info, err := os.Stat(name)
		if err != nil {
			return err
		}
		if !info.IsDir() {
			total += info.Size()
		}
		return nil
	})
	if _, ok := errors.AsType[*failure](err); err != nil && !ok {
		return 0, userError("%s cannot be read: %v", path, err)
	}
	return total, err
}

// dataFiles lists the files to load: all down to the third level, sorted by path. The container's order is that of a hash; ours is
// the same in every run.
func dataFiles(path string, log *logger) ([]string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, userError("%s is not a valid path!", path)
	}
	if !info.IsDir() {
		return []string{path}, nil
	}
	var files []string
	deep := false
	var walk func(dir string, depth int) error
	walk = func(dir string, depth int) error {
		if depth > maxFolderDepth {
			deep = true
			return nil
		}
		entries, err := os.ReadDir(dir)
		if err != nil {
			return userError("%s cannot be read: %v", dir, err)
		}
		for _, e := range entries {
			name := filepath.Join(dir, e.Name())
			info, err := os.Stat(name) // follows links
			switch {
			case err != nil:
				return userError("%s cannot be read: %v", name, err)
			case info.IsDir():
				if err := walk(name, depth+1); err != nil {
					return err
				}
			default:
				files = append(files, name)
			}
		}
		return nil
	}
	if err := walk(path, 1); err != nil {
		return nil, err
	}
	if deep {
		log.warn("The depth of folder %s exceed the limit %d. Files in deeper sub dirs won't be loaded."+
			" Please adjust the folder structure accordingly.", path, maxFolderDepth)
	}
	slices.Sort(files)
	return files, nil
}

// checkedFiles lists the files whose first line the container looks at: those of the first folder without folders.
func checkedFiles(path string) ([]string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, userError("%s is not a valid path!", path)
	}
	if !info.IsDir() {
		return []string{path}, nil
	}
	for {
		entries, err := os.ReadDir(path)
		if err != nil {
			return nil, userError("%s cannot be read: %v", path, err)
		}
		i := slices.IndexFunc(entries, func(e fs.DirEntry) bool { return e.IsDir() })
		if i >= 0 {
			path = filepath.Join(path, entries[i].Name())
			continue
		}
		var files []string
		for _, e := range entries {
			if isDataFile(e.Name()) {
				files = append(files, filepath.Join(path, e.Name()))
			}
		}
		return files, nil
	}
}

func isDataFile(name string) bool {
	if strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") {
		return false
	}
	return !strings.Contains(name, ".cache") || !strings.Contains(name, "dtrain") && !strings.Contains(name, "dval")
}

// warnOfDuplicates logs files that have the same name and size in both channels.
func warnOfDuplicates(train, validation string, log *logger) error {
	sizes := map[string]int64{}
	first, err := plainFiles(train)
	if err != nil {
		return userError("training data's path is not existed")
	}
	for _, f := range first {
		sizes[f.Name()] = f.Size()
	}
	second, err := plainFiles(validation)
	if err != nil {
		return userError("validation data's path is not existed")
	}
	for _, f := range second {
		if size, ok := sizes[f.Name()]; ok && size == f.Size() {
			log.warn("Suspected identical files found. (%s and %swith same size %d bytes). Note: Duplicate data in the training set and"+
				" validation set is usually not intentional and can impair the validity of the model evaluation by the validation score.",
				filepath.Join(train, f.Name()), filepath.Join(validation, f.Name()), size)
		}
	}
	return nil
}

func plainFiles(dir string) ([]fs.FileInfo, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var files []fs.FileInfo
	for _, e := range entries {
		if info, err := os.Stat(filepath.Join(dir, e.Name())); err == nil && !info.IsDir() {
			files = append(files, info)
		}
	}
	return files, nil
}
