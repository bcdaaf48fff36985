# frozen_string_literal: true

Gem::Specification.new do |spec|
  spec.name = "cxkit"
  spec.version = File.read(File.join(__dir__, "VERSION")).strip
  spec.summary = "Customer experience: scores with intervals, where to measure next, what it is worth"
  spec.description = "States that add up and estimates that can be read: NPS, CSAT, CES and shares " \
                     "with intervals, tallies that merge across machines, measurement plans and " \
                     "key drivers, computed by one C library."
  spec.authors = ["The cxkit contributors"]
  spec.license = "MIT"
  spec.required_ruby_version = ">= 3.1"
  spec.files = Dir.chdir(__dir__) do
    %w[VERSION LICENSE README.md] + Dir["lib/**/*.rb"] + Dir["sig/*.rbs"] + Dir["ext/cxkit/*.{c,h,rb}"]
  end
  spec.require_paths = ["lib"]
  spec.extensions = ["ext/cxkit/extconf.rb"]
  spec.metadata["rubygems_mfa_required"] = "true"
end
