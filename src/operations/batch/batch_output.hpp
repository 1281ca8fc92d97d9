// What a batch puts out: a file of results for each file of its input, and a manifest.
#pragma once

#include <string>

#include "jobs/job_context.hpp"
#include "operations/batch/batch_progress.hpp"

namespace bedplate::operations {

/// Puts the results that the job's parts hold. Called again, it puts the same again. Throws
/// BatchFailure when that cannot be, and ObjectsError for what may pass.
Task<> put_batch_output(BatchPlaces places, jobs::JobContext& context, BatchProgress progress);

/// manifest.json.out
std::string batch_manifest(const BatchCounts& counts);

}  // namespace bedplate::operations
