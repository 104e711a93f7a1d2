// Package catalog knows the plugin directory: which plugins are there, which of them
// may be run, and what they say about themselves.
//
// Loading looks at each file in turn. Its name must be <kind>-<name>. It must be a
// regular, executable file that nobody but the user or root can change, and so must
// the directory. Nobody may have it open for writing, and the last write must be a
// moment ago, for which a load waits. It is copied into a private folder, under its
// checksum, and from then on only the copy counts; a program of which only the
// beginning is there is found out. If the directory has a file plugins.lock, the
// checksum must be in it. Then the plugin is described: it is started once, without
// any tenant's data, unless a description of the same content is cached. The
// description must fit the file's name and the contract, and its schema must be one.
//
// A file that fails any of this is an entry with the reason; it never keeps the others
// from being used, and none of it is run.
//
// Watch goes on from there. It examines a file again when it has changed and kept
// still for a moment, and puts what passes into service by way of who uses the plugins
// (Users). What was in service before stays so until then, and if the new one is
// refused; only a lock that no longer names it, or the removal of the file, takes it
// out. What is refused is tried again, less and less often, and at once when somebody
// asks (LookAgain).
//
// The contents that were last in service are kept by checksum, so that Rollback
// can put one of them back.
//
// A plugin may also be a process that runs already, which a developer has started:
// it takes the place of a file of its name, nothing is run, and what is not a file
// is in no lock. It is described anew whenever it was started again (Adopt).
package catalog
