using System.Text.Json;
using Parley.Speech.Activity;
using Parley.Speech.Vendors;

namespace Parley.Speech.Recognition;

/// <summary>What recognisers over a WebSocket share: audio as binary messages, words as JSON. A vendor says where, how it is greeted, and what its messages mean.</summary>
public abstract class WebSocketRecogniser : IRecogniser
{
    private readonly SpeechConnections _connections;

    private protected WebSocketRecogniser(RecognitionOptions options, SpeechConnections connections)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(connections);
        if (options.SampleRate is not (8000 or 16000)) throw new ArgumentException($"SampleRate must be 8000 or 16000, not {options.SampleRate}.", nameof(options));
        Options = options;
        _connections = connections;
    }

    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <inheritdoc/>
    public int SampleRate => Options.SampleRate;

    private protected RecognitionOptions Options { get; }

    /// <inheritdoc/>
    public async Task<IRecogniserConnection> ConnectAsync(CancellationToken cancel)
    {
        var protocol = Begin();
        var socket = await VendorSocket.ConnectAsync(Name, protocol.Address, protocol.Headers, _connections, cancel).ConfigureAwait(false);
        try
        {
            if (protocol.Greeting is { } greeting) await socket.SendTextAsync(greeting, cancel).ConfigureAwait(false);
            while (!protocol.IsReady)
            {
                var message = await socket.ReceiveAsync(_connections.Limits.ConnectTimeout, cancel).ConfigureAwait(false) ?? throw Closed(socket);
                Take(protocol, message);
            }

            return new Connection(this, protocol, socket);
        }
        catch
        {
            socket.Abort();
            throw;
        }
    }

    /// <summary>Begins a session.</summary>
    private protected abstract Protocol Begin();

    private protected string Secretless(string? text) => Failures.Clean(text, Options.SecretKey, Options.SecretId);

    private SpeechVendorException Closed(VendorSocket socket) => new(Name, VendorFailure.Closed, Secretless(socket.CloseReason), socket.CloseCode);

    private RecogniserResult? Take(Protocol protocol, VendorMessage message)
    {
        using var document = Json.Parse(Name, message.Bytes);
        return protocol.Take(document.RootElement);
    }

    /// <summary>A vendor's side of one session.</summary>
    private protected abstract class Protocol
    {
        public abstract Uri Address { get; }

        public virtual IEnumerable<(string Name, string Value)> Headers => [];

        /// <summary>Sent first; null for nothing.</summary>
        public virtual string? Greeting => null;

        /// <summary>Whether audio may be sent.</summary>
        public virtual bool IsReady => true;

        /// <summary>Sent last; null for nothing.</summary>
        public virtual string? Farewell => null;

        /// <summary>Sent when there has been no audio for a while; null for nothing.</summary>
        public virtual string? KeepAlive => null;

        /// <summary>Reads a message: words, or nothing of interest.</summary>
        /// <exception cref="SpeechVendorException">The vendor reports a failure.</exception>
        public abstract RecogniserResult? Take(JsonElement message);
    }

    private sealed class Connection(WebSocketRecogniser recogniser, Protocol protocol, VendorSocket socket) : IRecogniserConnection
    {
        public ValueTask SendAsync(ReadOnlyMemory<short> pcm, CancellationToken cancel) =>
            !pcm.IsEmpty ? socket.SendAsync(pcm, cancel)
            : protocol.KeepAlive is { } sign ? socket.SendTextAsync(sign, cancel)
            : default;

        public ValueTask HeardAsync(VoiceActivityChange change, CancellationToken cancel) => default;

        public async ValueTask<RecogniserResult> ReceiveAsync(CancellationToken cancel)
        {
            while (true)
            {
                var message = await socket.ReceiveAsync(null, cancel).ConfigureAwait(false) ?? throw recogniser.Closed(socket);
                if (recogniser.Take(protocol, message) is { } result) return result;
            }
        }

        public async ValueTask DisposeAsync()
        {
            if (protocol.Farewell is { } farewell && socket.IsOpen)
            {
                try
                {
                    using var limited = new CancellationTokenSource(TimeSpan.FromSeconds(1));
                    await socket.SendTextAsync(farewell, limited.Token).ConfigureAwait(false);
                }
                catch (Exception error) when (error is SpeechVendorException or OperationCanceledException)
                {
                    // Nobody listens any more.
                }
            }

            await socket.DisposeAsync().ConfigureAwait(false);
        }
    }
}
