namespace WebReplicas;

internal sealed class PortInUseException(int port) : Exception(
    $"Port {port} is in use. Choose another pair of ports: --port {(port < 60_000 ? port + 1000 : 5001)}");
