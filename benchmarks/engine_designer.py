"""NeMo DataDesigner's part of `engine.py`; runs in an environment of its own, which has nothing of this project."""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time

os.environ["NEMO_TELEMETRY_ENABLED"] = "false"

import data_designer.config as dd
from data_designer.interface import DataDesigner

LABELS = ["World", "Sports", "Business", "Sci/Tech"]
STYLES = ["breaking news", "opinion", "interview", "analysis"]
PROMPT = (
    "Write a short news article of the category {{ label }}. It is written as {{ style }}, has 30 to 80 words and is "
    "set in a place of your choice. Give the text alone, without a heading and without a remark of your own."
)


def main() -> None:
    """Generate one column of texts and print wall time, CPU and the number of texts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--send", nargs=3, metavar=("URL", "REQUESTS", "CONCURRENCY"), required=True)
    url, requests, concurrency = parser.parse_args().send
    os.environ["BENCHMARK_KEY"] = "none"
    provider = dd.ModelProvider(name="loopback", endpoint=url, api_key="BENCHMARK_KEY")
    parameters = dd.ChatCompletionInferenceParams(
        max_parallel_requests=int(concurrency), temperature=1.0, max_tokens=128
    )
    model = dd.ModelConfig(
        alias="m", model="faulty-1", provider="loopback", inference_parameters=parameters, skip_health_check=True
    )
    builder = dd.DataDesignerConfigBuilder(model_configs=[model])
    for name, values in (("label", LABELS), ("style", STYLES)):
        builder.add_column(
            dd.SamplerColumnConfig(
                name=name, sampler_type=dd.SamplerType.CATEGORY, params=dd.CategorySamplerParams(values=values)
            )
        )
    builder.add_column(dd.LLMTextColumnConfig(name="text", model_alias="m", prompt=PROMPT))
    with tempfile.TemporaryDirectory() as folder:
        designer = DataDesigner(artifact_path=folder, model_providers=[provider])
        wall, cpu = time.perf_counter(), time.process_time()
        created = designer.create(builder, num_records=int(requests), dataset_name="benchmark")
        found = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
        found["answers"] = int(created.load_dataset()["text"].notna().sum())
    print("\n" + json.dumps(found))


if __name__ == "__main__":
    main()
