package catalog

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// checkDir reports why the directory's content cannot be trusted.
func checkDir(dir string) error {
	info, err := os.Stat(dir)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return errors.New("it is not a directory")
	}
	return checkOwner(info)
}

// openTrusted opens a plugin's file and checks what it opened, so that nothing
// can be put in its place in between.
func openTrusted(path string) (*os.File, error) {
	file, err := openOwned(path)
	if err != nil {
		return nil, err
	}
	if err := checkExecutable(file); err != nil {
		_ = file.Close()
		return nil, err
	}
	return file, nil
}

// openOwned opens a regular file that nobody else can change. Links are not
// followed: where they lead others may be able to write.
func openOwned(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if errors.Is(err, syscall.ELOOP) {
		return nil, errors.New("it is a symbolic link: put the file itself there")
	}
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	switch {
	case err != nil:
	case !info.Mode().IsRegular():
		err = errors.New("it is not a regular file")
	default:
		err = checkOwner(info)
	}
	if err != nil {
		_ = file.Close()
		return nil, err
	}
	return file, nil
}

func checkExecutable(file *os.File) error {
	info, err := file.Stat()
	if err == nil && info.Mode()&0o111 == 0 {
		err = errors.New("it is not executable: chmod +x makes it so")
	}
	return err
}

// checkOwner reports who else could change a file or directory.
func checkOwner(info os.FileInfo) error {
	if info.Mode().Perm()&0o022 != 0 {
		return fmt.Errorf("others may write to it (mode %04o): chmod go-w takes that away", info.Mode().Perm())
	}
	status, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return errors.New("this system does not tell whose it is")
	}
	if status.Uid != 0 && int(status.Uid) != os.Geteuid() {
		return fmt.Errorf("it belongs to user %d, who is neither root nor the host's", status.Uid)
	}
	return nil
}
