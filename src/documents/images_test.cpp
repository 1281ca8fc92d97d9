// Images: their facts, the form that engines decode, and bad ones.
#include <gmock/gmock.h>
#include <png.h>

#include "documents/reading_for_test.hpp"
#include "documents/sample_files_for_test.hpp"

namespace bedplate::documents {
namespace {

using Fault = DocumentFault;
using testing::StartsWith;

struct Pixels {
  unsigned width = 0;
  unsigned height = 0;
  std::string rgba;
};

Pixels decode_png(const std::string& bytes) {
  png_image image = {};
  image.version = PNG_IMAGE_VERSION;
  Pixels pixels;
  if (::png_image_begin_read_from_memory(&image, bytes.data(), bytes.size()) == 0) return pixels;
  image.format = PNG_FORMAT_RGBA;
  pixels.rgba.resize(PNG_IMAGE_SIZE(image));
  if (::png_image_finish_read(&image, nullptr, pixels.rgba.data(), 0, nullptr) == 0) return pixels;
  pixels.width = image.width;
  pixels.height = image.height;
  return pixels;
}

void expect_facts(const ImageFacts& facts, ImageFormat format, int width_px, int height_px) {
  EXPECT_EQ(facts.format, format);
  EXPECT_EQ(facts.width_px, width_px);
  EXPECT_EQ(facts.height_px, height_px);
}

TEST(Images, AreKnownByTheirBytes) {
  MeasuredReader reader;
  const auto facts_of = [&](std::string bytes) {
    return answer_of(reader.reader().inspect_image(std::move(bytes)));
  };
  expect_facts(facts_of(png_of_zeros(640, 480, 480)), ImageFormat::kPng, 640, 480);
  expect_facts(facts_of(small_jpeg()), ImageFormat::kJpeg, 48, 32);
  expect_facts(facts_of(small_gif()), ImageFormat::kGif, 4, 2);
  expect_facts(facts_of(small_webp()), ImageFormat::kWebp, 20, 10);
  EXPECT_TRUE(reader.last_was_cheap());
}

TEST(Images, GoToTheEngineAsTheyAreOrAsPng) {
  MeasuredReader reader;
  const auto engine_image = [&](std::string bytes) {
    return answer_of(reader.reader().to_engine_image(std::move(bytes)));
  };
  const std::string png = png_of_zeros(64, 64, 64);
  EXPECT_EQ(engine_image(png).bytes, png);
  const EngineImage jpeg = engine_image(small_jpeg());
  EXPECT_EQ(jpeg.bytes, small_jpeg());
  EXPECT_EQ(jpeg.format, ImageFormat::kJpeg);

  const EngineImage gif = engine_image(small_gif());
  expect_facts(gif.original, ImageFormat::kGif, 4, 2);
  EXPECT_EQ(gif.format, ImageFormat::kPng);
  const Pixels of_gif = decode_png(gif.bytes);
  EXPECT_EQ(of_gif.width, 4u);
  EXPECT_EQ(of_gif.height, 2u);
  EXPECT_THAT(of_gif.rgba, StartsWith(std::string("\xFF\0\0\xFF", 4)));
  EXPECT_EQ(of_gif.rgba.substr(4 * 4, 4), std::string("\0\0\xFF\xFF", 4));

  const Pixels of_webp = decode_png(engine_image(small_webp()).bytes);
  EXPECT_EQ(of_webp.width, 20u);
  EXPECT_EQ(of_webp.height, 10u);
  EXPECT_THAT(of_webp.rgba, StartsWith("\xFF\x40\x20\xFF"));
}

/// The first pixel of a mask, as red, green, blue and alpha.
std::string mask_pixel(std::string bytes, MaskArea area) {
  MeasuredReader reader;
  const EditMask mask = answer_of(reader.reader().to_edit_mask(std::move(bytes), {area}));
  const Pixels pixels = decode_png(mask.png);
  EXPECT_EQ(static_cast<int>(pixels.width), mask.original.width_px);
  EXPECT_EQ(static_cast<int>(pixels.height), mask.original.height_px);
  return pixels.rgba.substr(0, 4);
}

TEST(Images, BecomeMasksThatSayInEveryWayWhatToChange) {
  const std::string changes("\xFF\xFF\xFF\0", 4);
  const std::string stays("\0\0\0\xFF", 4);
  const std::string black = png_of_zeros(64, 64, 64);
  EXPECT_EQ(mask_pixel(black, MaskArea::kBlack), changes);
  EXPECT_EQ(mask_pixel(black, MaskArea::kWhite), stays);
  EXPECT_EQ(mask_pixel(black, MaskArea::kTransparent), stays);
  // Red has a luma of 76.
  const std::string shade("\x4C\x4C\x4C\xB3", 4);
  EXPECT_EQ(mask_pixel(small_gif(), MaskArea::kWhite), shade);
  EXPECT_EQ(mask_pixel(small_gif(), MaskArea::kTransparent), stays);
  EXPECT_EQ(mask_pixel(small_webp(), MaskArea::kTransparent), stays);
  EXPECT_EQ(mask_pixel(small_jpeg(), MaskArea::kTransparent), stays);
}

/// How open each pixel of one row of a mask is.
std::string openness_of_row(const EditMask& mask, unsigned y) {
  const Pixels pixels = decode_png(mask.png);
  std::string row;
  for (unsigned x = 0; x < pixels.width; ++x) row += pixels.rgba[4 * (y * pixels.width + x)];
  return row;
}

TEST(Images, BecomeMasksOfTheSizeOfAnotherImage) {
  MeasuredReader reader;
  // Two pixels of red, two of blue, luma 76 and 29.
  MaskWish wish;
  wish.width_px = 8;
  wish.height_px = 3;
  const EditMask mask = answer_of(reader.reader().to_edit_mask(small_gif(), wish));
  EXPECT_EQ(mask.original.width_px, 4);
  const Pixels pixels = decode_png(mask.png);
  EXPECT_EQ(pixels.width, 8u);
  EXPECT_EQ(pixels.height, 3u);
  EXPECT_EQ(openness_of_row(mask, 0), std::string(8, '\x4C'));
  EXPECT_EQ(openness_of_row(mask, 2), std::string(8, '\x1D'));
}

TEST(Images, GetMarginsInTheColoursOfTheirEdges) {
  MeasuredReader reader;
  const ImageMargins margins{.left_px = 2, .right_px = 1, .top_px = 0, .bottom_px = 3};
  const EngineImage image = answer_of(reader.reader().with_margins(small_gif(), margins));
  expect_facts(image.original, ImageFormat::kGif, 4, 2);
  const Pixels pixels = decode_png(image.bytes);
  EXPECT_EQ(pixels.width, 7u);
  EXPECT_EQ(pixels.height, 5u);
  const std::string red("\xFF\0\0\xFF", 4), blue("\0\0\xFF\xFF", 4);
  EXPECT_EQ(pixels.rgba.substr(0, 4), red);
  EXPECT_EQ(pixels.rgba.substr(pixels.rgba.size() - 4), blue);

  MaskWish wish;
  wish.area = MaskArea::kMargins;
  wish.margins = margins;
  const EditMask mask = answer_of(reader.reader().to_edit_mask(small_gif(), wish));
  EXPECT_EQ(openness_of_row(mask, 0), std::string("\xFF\xFF\0\0\0\0\xFF", 7));
  EXPECT_EQ(openness_of_row(mask, 2), std::string(7, '\xFF'));
}

TEST(Images, GetNoMarginsThatMakeThemTooLarge) {
  MeasuredReader reader;
  const DocumentError error = reader.error_of([](DocumentReader& of) {
    answer_of(of.with_margins(png_of_zeros(7000, 10, 10), {.left_px = 1001}));
  });
  EXPECT_EQ(error.fault, Fault::kImageTooLarge);
  EXPECT_EQ(error.limit, 8000);
}

TEST(Images, BecomeMasksThatGrowAndSoften) {
  MeasuredReader reader;
  // One white row at the top of black ones: drawn as the margin of a black image.
  MaskWish line;
  line.area = MaskArea::kMargins;
  line.margins.top_px = 1;
  const std::string drawn =
      answer_of(reader.reader().to_edit_mask(png_of_zeros(16, 16, 16), line)).png;
  MaskWish wish;
  wish.grow_px = 4;
  const EditMask mask = answer_of(reader.reader().to_edit_mask(drawn, wish));
  const auto open = [&](unsigned y) {
    return static_cast<unsigned>(static_cast<unsigned char>(openness_of_row(mask, y)[8]));
  };
  EXPECT_EQ(open(0), 255u);
  EXPECT_EQ(open(2), 255u);
  // The edge is where it has grown to, and half as open there.
  EXPECT_GT(open(3), open(4));
  EXPECT_GT(open(4), open(5));
  EXPECT_GT(open(6), 0u);
  EXPECT_EQ(open(7), 0u);
}

TEST(Images, ThatAreDamagedBecomeNoMasks) {
  MeasuredReader reader;
  for (const std::string& bytes :
       {png_of_zeros(64, 64, 32), small_jpeg().substr(0, small_jpeg().size() / 2),
        small_webp().substr(0, small_webp().size() / 2)}) {
    const DocumentError error =
        reader.error_of([&](DocumentReader& of) { answer_of(of.to_edit_mask(bytes, {})); });
    EXPECT_EQ(error.fault, Fault::kUnreadable);
  }
}

TEST(Images, OfTheLargestSizeAreTaken) {
  MeasuredReader reader;
  const std::string png = png_of_zeros(8000, 8000, 8000);
  EXPECT_EQ(answer_of(reader.reader().to_engine_image(png)).bytes, png);
  EXPECT_TRUE(kSanitized || reader.usage().memory_max_bytes < 64 * 1024 * 1024);
}

TEST(Images, ThatAreTooLargeAreRefusedBeforeTheyAreDecoded) {
  MeasuredReader reader;
  const DocumentError error = reader.error_of([](DocumentReader& of) {
    answer_of(of.to_engine_image(png_of_zeros(50'000, 50'000, 2'000)));
  });
  EXPECT_EQ(error.fault, Fault::kImageTooLarge);
  EXPECT_EQ(error.limit, 8000);
  EXPECT_EQ(error.subject, DocumentSubject::kImage);
  EXPECT_TRUE(reader.last_was_cheap());
  EXPECT_EQ(reader.image_fault(png_of_zeros(8001, 1, 1)), Fault::kImageTooLarge);
  std::string gif = small_gif();
  gif[7] = '\x7F';  // the screen's width, beyond what its only frame has
  EXPECT_EQ(reader.image_fault(gif), Fault::kImageTooLarge);
  std::string jpeg = small_jpeg();
  const std::size_t frame = jpeg.find("\xFF\xC0");
  jpeg.replace(frame + 5, 4, "\xC0\x10\xC0\x10");
  EXPECT_EQ(reader.image_fault(jpeg), Fault::kImageTooLarge);
}

TEST(Images, ThatAreDamagedAreRefused) {
  MeasuredReader reader;
  for (const std::string& whole :
       {png_of_zeros(64, 64, 64), small_jpeg(), small_gif(), small_webp()}) {
    const std::size_t size = whole.size();
    for (const std::size_t length : {size / 4, size / 2, size * 3 / 4}) {
      EXPECT_EQ(name_of(reader.image_fault(whole.substr(0, length))), "unreadable")
          << whole.substr(0, 4) << ", " << length << " of " << size;
      EXPECT_TRUE(reader.last_was_cheap());
    }
  }
  EXPECT_EQ(reader.image_fault(png_of_zeros(64, 64, 8)), Fault::kUnreadable) << "rows are missing";
  std::string png = png_of_zeros(64, 64, 64);
  png[png.find("IDAT") + 6] ^= 0x10;
  EXPECT_EQ(reader.image_fault(png), Fault::kUnreadable) << "its checksum is wrong";
}

TEST(Images, ThatAreNoneAreRefused) {
  MeasuredReader reader;
  for (const std::string& bytes : {std::string(), std::string("<svg/>"), std::string("BM1234"),
                                   std::string("RIFF1234WAVE"), std::string("GIF88a")}) {
    EXPECT_EQ(reader.image_fault(bytes), Fault::kWrongFormat) << bytes;
  }
}

TEST(PageImages, AreOnePngAPage) {
  MeasuredReader reader;
  const auto pages = answer_of(
      reader.reader().render_pages(pdf_of({"one", "two"}), {.pages_max = 2, .long_edge_px = 792}));
  ASSERT_EQ(pages.size(), 2u);
  for (const std::string& page : pages) {
    const Pixels pixels = decode_png(page);
    EXPECT_EQ(pixels.width, 612u);
    EXPECT_EQ(pixels.height, 792u);
    EXPECT_NE(pixels.rgba.find(std::string("\0\0\0\xFF", 4)), std::string::npos) << "no ink";
  }
  EXPECT_NE(pages[0], pages[1]);
}

TEST(PageImages, OfBadFilesAreRefused) {
  MeasuredReader reader;
  const auto fault = [&](const std::string& pdf) {
    return reader.error_of([&](DocumentReader& of) { answer_of(of.render_pages(pdf)); }).fault;
  };
  EXPECT_EQ(fault(sample_file("password.pdf")), Fault::kEncrypted);
  EXPECT_EQ(fault("no PDF"), Fault::kWrongFormat);
  EXPECT_EQ(fault(pdf_of({})), Fault::kUnreadable) << "no pages";
}

}  // namespace
}  // namespace bedplate::documents
