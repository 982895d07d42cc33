"""Which embedder an installation uses: its own, unless FINLENS_EMBEDDER_* names another."""

from core.settings import Settings
from rag.embedder import Embedder, SentenceTransformerEmbedder, built_in
from rag.endpoint import OpenAIEmbedder


def load_embedder(settings: Settings) -> Embedder:
    """MiniLm; a model behind an OpenAI-compatible endpoint where there is a base URL; else, where only a model is
    named, the one that sentence-transformers loads. Raises SetupError when it cannot be had."""
    if settings.embedder_base_url:
        return OpenAIEmbedder.of(settings)
    if settings.embedder_model:
        return SentenceTransformerEmbedder(settings.embedder_model, floor=settings.embedder_floor)
    return built_in()
