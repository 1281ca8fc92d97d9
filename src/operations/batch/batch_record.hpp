// One record of a batch: read from its line, answered by the model, written as a line of output.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "operations/context.hpp"

namespace bedplate::operations {

struct BatchRecord {
  std::string id;  ///< recordId; one of our own when the line has none
  boost::json::object model_input;
};

/// A line that is no record; the text says why.
class BadRecord : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Throws BadRecord.
BatchRecord read_record(std::string_view line);

/// How the records of a job are answered.
struct RecordCall {
  const Services* services = nullptr;
  identity::Principal principal;  ///< the role's session
  std::string model_id;
  bool converse = false;  ///< else InvokeModel
};

struct RecordOutcome {
  std::string line;  ///< of the output file, with its end
  bool failed = false;
  std::int64_t input_tokens = 0;
  std::int64_t output_tokens = 0;
};

/// Runs the record through the same code as a request, behind everybody who waits for an answer.
/// What the model or its engine refuses is the record's error; what passes (an engine that starts,
/// or is busy) is tried again first. Throws only when it is cancelled.
Task<RecordOutcome> run_record(RecordCall call, BatchRecord record);

}  // namespace bedplate::operations
