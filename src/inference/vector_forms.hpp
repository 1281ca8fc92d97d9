// The forms that vectors take on their way to the client: lengths, norms, small numbers. What is
// done and why: docs/embeddings.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace bedplate::inference {

/// A vector of that many dimensions: longer by zeros behind it, which changes neither lengths nor
/// angles, or shorter by a fixed projection that keeps them nearly: onto the first rows of the
/// orthonormal cosine transform (DCT-II) of the vector's own length.
std::vector<float> with_dimensions(const std::vector<float>& vector, std::size_t dimensions);

/// Of length 1; a vector of zeros stays one.
void normalise(std::vector<float>& vector);

/// A vector of length 1 in 8 bits, -128 to 127: its values in steps of 6 / (127 · √n), n being how
/// many of them carry meaning (`meaningful`), not padding. Six times the mean size of a value
/// fits; the few beyond are cut. The same step for every vector keeps products comparable.
std::vector<std::int64_t> to_int8(const std::vector<float>& vector, std::size_t meaningful);

/// The same, shifted to 0 to 255.
std::vector<std::int64_t> to_uint8(const std::vector<float>& vector, std::size_t meaningful);

/// One bit for each value, 1 where it is greater than 0.
std::vector<std::int64_t> to_bits(const std::vector<float>& vector);

/// The bits, eight to a number from 0 to 255, the first one highest.
std::vector<std::int64_t> to_ubinary(const std::vector<float>& vector);

/// The same, shifted to -128 to 127.
std::vector<std::int64_t> to_binary(const std::vector<float>& vector);

}  // namespace bedplate::inference
