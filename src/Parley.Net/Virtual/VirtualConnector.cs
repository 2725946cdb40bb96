using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Parley.Net;

/// <summary>Opens stream connections between virtual hosts. A handshake takes one round trip, whatever the kind.</summary>
internal static class VirtualConnector
{
    public static async ValueTask<IStreamConnection> ConnectAsync(VirtualHost from, StreamConnectOptions options, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var attempt = new Attempt(from, options);
        using var registration = cancel.UnsafeRegister(static (state, token) => ((Attempt)state!).Outcome.TrySetCanceled(token), attempt);
        attempt.Start();
        return await attempt.Outcome.Task.ConfigureAwait(false);
    }

    private sealed class Attempt(VirtualHost from, StreamConnectOptions options)
    {
        private readonly VirtualTime _time = from.Clock;
        private VirtualRoute _route;
        private NetEndpoint _local;
        private VirtualLinkOptions _there = new();
        private VirtualLinkOptions _back = new();

        public TaskCompletionSource<IStreamConnection> Outcome { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Start()
        {
            _local = from.ClientAddress(options.Remote);
            lock (from.Network.Gate)
            {
                _route = from.Network.FindRoute(from, _local, options.Remote);
                _there = from.Network.FindLink(_local, options.Remote);
                _back = from.Network.FindLink(options.Remote, _local);
            }

            if (_there.Loss >= 1 || _back.Loss >= 1 || _there.Delay + _back.Delay > options.Timeout)
                _time.Schedule(options.Timeout, _ => Fail(new IOException($"{options.Remote} did not answer within {options.Timeout}.")), null);
            else
                _time.Schedule(_there.Delay, _ => Arrive(), null);
        }

        private void Arrive()
        {
            var destination = options.Remote;
            VirtualListener? listener;
            lock (from.Network.Gate)
                listener = VirtualNetwork.Resolve(_route, ref destination)?.FindListener(destination);
            if (listener is null)
                Answer(new IOException($"Nobody listens at {options.Remote}."));
            else if (listener.Kind != options.Kind)
                Answer(new IOException($"{options.Remote} speaks {listener.Kind}, not {options.Kind}."));
            else if (IsSecure && options.VerifyCertificate && listener.Options.Certificate is { } certificate && Objection(certificate) is { } objection)
                Answer(new AuthenticationException($"The certificate of {options.Remote} {objection}."));
            else
                Open(listener, destination);
        }

        private void Open(VirtualListener listener, in NetEndpoint destination)
        {
            if (Outcome.Task.IsCompleted)
                return; // given up meanwhile
            var shown = IsSecure && listener.Options.RequestClientCertificate ? options.ClientCertificate : null;
            var ours = new VirtualConnection(from, options.Kind, _local, options.Remote, incoming: false, options.MaxSendQueue)
            {
                RemoteCertificate = IsSecure ? listener.Options.Certificate : null,
            };
            var theirs = new VirtualConnection(listener.Host, options.Kind, destination, _route.Source, incoming: true, listener.Options.MaxSendQueue)
            {
                RemoteCertificate = shown,
            };
            ours.Join(theirs, _there, _back);
            if (!listener.TryAccept(theirs))
                theirs.Close();
            _time.Schedule(_back.Delay, _ =>
            {
                if (!Outcome.TrySetResult(ours))
                    ours.Close();
            }, null);
        }

        private bool IsSecure => options.Kind is StreamKind.Tls or StreamKind.Wss;

        // What a real handshake would find: a name that is not in the certificate, or nobody trusted behind it.
        private string? Objection(X509Certificate2 certificate)
        {
            var name = options.HostName ?? options.Remote.ToAddress().ToString();
            if (!CertificateRules.SpeaksFor(certificate, name))
                return $"is not for {name}";
            return options.TrustedRoots?.Contains(certificate) == true ? null : "is not among those trusted";
        }

        private void Answer(Exception refusal) => _time.Schedule(_back.Delay, _ => Fail(refusal), null);

        private void Fail(Exception refusal) => Outcome.TrySetException(refusal);
    }
}
