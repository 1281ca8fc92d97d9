// Batch inference as a kind of jobs: from the first look at the input to the last byte of output.
#pragma once

#include "jobs/job_runner.hpp"
#include "operations/context.hpp"

namespace bedplate::operations {

/// For JobRunner::add(). `services` outlives the runner's jobs.
jobs::JobKind batch_inference(const Services& services);

}  // namespace bedplate::operations
