"""The ledger over REST: the routers of the whole service as one."""

from fastapi import APIRouter

from core.ledger import transaction_routes

router = APIRouter(tags=["ledger"])
router.include_router(transaction_routes.router)
