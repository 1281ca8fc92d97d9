// The server's side of a reading child: starts it, waits within the deadline, takes its answer.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/descriptor.hpp"
#include "documents/document_reader.hpp"
#include "documents/reading_task.hpp"

namespace bedplate::documents {

/// Tells a running child's waiter that nobody wants the answer any more.
class StopSignal {
 public:
  StopSignal();  ///< throws DocumentError (kReaderFailed)
  void raise();
  bool raised() const;
  int descriptor() const { return event_.get(); }

 private:
  Descriptor event_;
};

/// The frames of the child's answer but kMoreTime and kEnd. Throws DocumentError, of what the child
/// reported and of its end.
std::vector<Frame> run_reading_child_blocking(const DocumentReaderOptions& options,
                                              ProcessLauncher& launcher, const ReadingTask& task,
                                              const std::string& bytes, const StopSignal& stop);

}  // namespace bedplate::documents
