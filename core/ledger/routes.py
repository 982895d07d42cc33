"""The ledger over REST: the routes of the whole service as one."""

from fastapi import APIRouter

from core.ledger import (
    balance_routes,
    bulk_route,
    feed_routes,
    hold_routes,
    hot_route,
    reversal_routes,
    schedule_routes,
    statement_routes,
    transaction_routes,
)
from core.ledger.desk import lifespan

__all__ = ["lifespan", "raw_routes", "router"]

router = APIRouter(tags=["ledger"])
router.include_router(feed_routes.router)  # before /transactions/{transaction_id}, which would take /sync for an id
router.include_router(transaction_routes.router)
router.include_router(reversal_routes.router)
router.include_router(hold_routes.router)
router.include_router(schedule_routes.router)
router.include_router(balance_routes.router)
router.include_router(statement_routes.router)

raw_routes = (hot_route.ROUTE, bulk_route.ROUTE)
