-- Who may do what. Laid down anew by each migrate, so a new table is covered by the next one.

GRANT USAGE ON SCHEMA identity, banking, ledger, imports, insights, fraud, rag, agents TO finlens_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA identity, banking, imports, insights, fraud, rag
    TO finlens_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA imports, insights, fraud, rag, agents TO finlens_app;

-- An account keeps its customer, bank and currency: whoever remembers them is never wrong.
REVOKE UPDATE ON banking.account FROM finlens_app;
GRANT UPDATE (name, closed_on, version, updated_at) ON banking.account TO finlens_app;

-- Money: the application reads it and opens empty balances; ledger.apply_transfers alone changes one.
GRANT SELECT ON ALL TABLES IN SCHEMA ledger TO finlens_app;
GRANT INSERT (account_id, bank_id, currency, floor_minor) ON ledger.balance TO finlens_app;
GRANT UPDATE (is_closed) ON ledger.balance TO finlens_app;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ledger FROM PUBLIC;
REVOKE ALL ON FUNCTION fraud.score FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger.apply_transfers, ledger.take_pending, ledger.settle_transfers, fraud.score
    TO finlens_app;
GRANT EXECUTE ON FUNCTION ledger.relay, ledger.note_change TO finlens_app;
GRANT EXECUTE ON FUNCTION ledger.link, ledger.wording, ledger.change_bytes, ledger.faults_in_changes,
    ledger.faults_in_balances, ledger.untold_transactions TO finlens_app;
GRANT EXECUTE ON FUNCTION ledger.place_hold, ledger.capture_hold, ledger.void_hold, ledger.expire_holds TO finlens_app;

GRANT EXECUTE ON FUNCTION imports.take_statistics TO finlens_app;

-- A schedule moves no money itself. What it pays, to whom and when stays as it was set up.
GRANT INSERT ON ledger.schedule TO finlens_app;
GRANT UPDATE (status, failure_code, days_done, next_on, due_at, ended_at, version) ON ledger.schedule TO finlens_app;

-- The audit trail is append-only, and chained by its own function alone.
REVOKE UPDATE, DELETE ON identity.audit_event FROM finlens_app;
REVOKE ALL ON FUNCTION identity.chain_events FROM PUBLIC;
GRANT EXECUTE ON FUNCTION identity.chain_events TO finlens_app;

-- The indexer adds an index of its own when a model of another dimension takes over.
GRANT EXECUTE ON FUNCTION rag.graph_vectors TO finlens_app;

-- LangGraph's checkpointer makes and keeps its own tables beside the conversations: those belong to the application,
-- and only their owner could grant them.
GRANT SELECT, INSERT, UPDATE, DELETE ON agents.conversation, agents.turn, agents.feedback, agents.verified_example
    TO finlens_app;
GRANT CREATE ON SCHEMA agents TO finlens_app;

-- The agent's tools: reporting views, read-only.
GRANT USAGE ON SCHEMA reporting TO finlens_reader, finlens_app;
GRANT SELECT ON ALL TABLES IN SCHEMA reporting TO finlens_reader, finlens_app;
