"""The gRPC face of the Secret Manager double."""

import concurrent.futures

import grpc
from google.protobuf import any_pb2
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status

from doubles.gcp_rest import principal_of
from doubles.gcp_secrets import METHODS, Problem

SERVICE = "google.cloud.secretmanager.v1.SecretManagerService"


def _status(problem):
    status = status_pb2.Status(code=code_pb2.Code.Value(problem.code), message=problem.message)
    if problem.reason:
        info = error_details_pb2.ErrorInfo(reason=problem.reason, domain="googleapis.com", metadata=problem.metadata)
        detail = any_pb2.Any()
        detail.Pack(info)
        status.details.append(detail)
    return rpc_status.to_status(status)


def _handler(double, handler, message_type):
    def call(request, context):
        try:
            headers = dict(context.invocation_metadata())
            principal = principal_of(double.identity, double.manager, headers, None)
            with double.manager.lock:
                answer = handler(double.manager, principal, request)
                return answer.SerializeToString()
        except Problem as problem:
            context.abort_with_status(_status(problem))

    return grpc.unary_unary_rpc_method_handler(call, request_deserializer=message_type.FromString)


def serve(double, tls):
    """A started server on a free port of loopback, and "127.0.0.1:PORT"."""
    server = grpc.server(concurrent.futures.ThreadPoolExecutor(max_workers=8))
    handlers = {name: _handler(double, *entry) for name, entry in METHODS.items()}
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, handlers),))
    credentials = grpc.ssl_server_credentials([(tls.key_file.read_bytes(), tls.cert_file.read_bytes())])
    port = server.add_secure_port("127.0.0.1:0", credentials)
    server.start()
    return server, f"127.0.0.1:{port}"
