using System.Runtime.CompilerServices;
using System.Text.Json;
using Parley.Speech.Vendors;

namespace Parley.Speech.Synthesis;

/// <summary>
/// What synthesisers over a WebSocket share: text goes in pieces while audio comes back as binary messages. Where the vendor allows it, a connection that is in order is
/// used again for the next text.
/// </summary>
public abstract class WebSocketSynthesiser : ISynthesiser
{
    private static readonly TimeSpan s_lastWords = TimeSpan.FromMilliseconds(300);

    private readonly SpeechConnections _connections;

    private protected WebSocketSynthesiser(SynthesisOptions options, SpeechConnections connections)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(connections);
        options.Validate();
        Options = options;
        _connections = connections;
    }

    /// <inheritdoc/>
    public abstract string Name { get; }

    private protected SynthesisOptions Options { get; }

    /// <inheritdoc/>
    public async IAsyncEnumerable<SynthesisChunk> SynthesiseAsync(SynthesisRequest request, [EnumeratorCancellation] CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var protocol = Begin(request.Speaker ?? Options.Speaker);
        var (socket, reused) = await OpenAsync(protocol, either.Token).ConfigureAwait(false);
        Task sending = Task.CompletedTask;
        var whole = false;
        try
        {
            sending = SendAsync(protocol, socket, request, either.Token);
            var pcm = new PcmBytes();
            var heard = false;
            while (!protocol.IsDone)
            {
                VendorMessage? message;
                try
                {
                    message = await ReceiveAsync(socket, sending, either.Token).ConfigureAwait(false);
                }
                catch (SpeechVendorException error) when (reused && !heard && error.Failure == VendorFailure.Closed && request.Text is not null)
                {
                    message = null;
                }

                if (message is null && reused && !heard && request.Text is not null)
                {
                    // It had been closed while nobody used it: once more over a new one.
                    await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    socket.Abort();
                    protocol = Begin(request.Speaker ?? Options.Speaker);
                    socket = await ConnectAsync(protocol, either.Token).ConfigureAwait(false);
                    reused = false;
                    sending = SendAsync(protocol, socket, request, either.Token);
                    continue;
                }

                if (message is not { } received) throw new SpeechVendorException(Name, VendorFailure.Closed, Secretless(socket.CloseReason), socket.CloseCode);
                heard = true;
                if (!received.IsText)
                {
                    yield return new(pcm.Take(received.Bytes.Span), protocol.SampleRate);
                    continue;
                }

                foreach (var (mark, at) in Take(protocol, received))
                    yield return new(default, protocol.SampleRate, mark, at);
            }

            await sending.ConfigureAwait(false);
            whole = true;
        }
        finally
        {
            await either.CancelAsync().ConfigureAwait(false);
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (whole && protocol.IsReusable) _connections.Keep(Key, socket);
            else socket.Abort();
        }
    }

    /// <summary>Begins to speak one text.</summary>
    private protected abstract Session Begin(string? speaker);

    private protected string Secretless(string? text) => Failures.Clean(text, Options.SecretKey, Options.SecretId);

    private string Key => $"{Name} {Options.Endpoint} {Options.SecretKey} {Options.Model} {Options.Speaker} {Options.SampleRate}";

    private async Task<(VendorSocket Socket, bool Reused)> OpenAsync(Session protocol, CancellationToken cancel) =>
        protocol.IsReusable && _connections.TryReuse(Key) is { } kept ? (kept, true) : (await ConnectAsync(protocol, cancel).ConfigureAwait(false), false);

    private Task<VendorSocket> ConnectAsync(Session protocol, CancellationToken cancel) =>
        VendorSocket.ConnectAsync(Name, protocol.Address, protocol.Headers, _connections, cancel);

    private async Task SendAsync(Session protocol, VendorSocket socket, SynthesisRequest request, CancellationToken cancel)
    {
        if (protocol.Greeting is { } greeting) await socket.SendTextAsync(greeting, cancel).ConfigureAwait(false);
        try
        {
            await protocol.Ready.WaitAsync(_connections.Limits.ConnectTimeout, cancel).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new SpeechVendorException(Name, VendorFailure.Timeout, $"not ready within {_connections.Limits.ConnectTimeout.TotalSeconds:0.#} s");
        }

        await foreach (var piece in request.ReadAsync(cancel).ConfigureAwait(false))
        {
            if (piece.Length == 0) continue;
            foreach (var message in protocol.Speak(piece)) await socket.SendTextAsync(message, cancel).ConfigureAwait(false);
        }

        foreach (var message in protocol.End()) await socket.SendTextAsync(message, cancel).ConfigureAwait(false);
    }

    /// <summary>Waits for a message: as long as it takes while text still comes, then no longer than a vendor may.</summary>
    private async Task<VendorMessage?> ReceiveAsync(VendorSocket socket, Task sending, CancellationToken cancel)
    {
        var receiving = socket.ReceiveAsync(null, cancel).AsTask();
        if (await Task.WhenAny(receiving, sending).ConfigureAwait(false) == sending)
        {
            // What could not be sent was perhaps refused: the vendor's own words come first.
            var patience = sending.IsFaulted ? s_lastWords : _connections.Limits.ResponseTimeout;
            try
            {
                return await receiving.WaitAsync(patience, cancel).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                await sending.ConfigureAwait(false);
                throw new SpeechVendorException(Name, VendorFailure.Timeout, $"no audio for {_connections.Limits.ResponseTimeout.TotalSeconds:0.#} s");
            }
        }

        return await receiving.ConfigureAwait(false);
    }

    private List<(int Position, TimeSpan At)> Take(Session protocol, VendorMessage message)
    {
        using var document = Json.Parse(Name, message.Bytes);
        return protocol.Take(document.RootElement);
    }

    /// <summary>A vendor's side of one text.</summary>
    private protected abstract class Session
    {
        protected static List<(int Position, TimeSpan At)> None { get; } = [];

        public abstract Uri Address { get; }

        public abstract int SampleRate { get; }

        public virtual IEnumerable<(string Name, string Value)> Headers => [];

        public virtual string? Greeting => null;

        /// <summary>Completes when the vendor takes text.</summary>
        public virtual Task Ready => Task.CompletedTask;

        /// <summary>Whether the connection can serve another text afterwards.</summary>
        public virtual bool IsReusable => false;

        /// <summary>Whether all audio has come.</summary>
        public bool IsDone { get; protected set; }

        /// <summary>Messages that say a piece of text.</summary>
        public abstract IEnumerable<string> Speak(string piece);

        /// <summary>Messages that say that there is no more.</summary>
        public abstract IEnumerable<string> End();

        /// <summary>Reads a message; gives the marks in it.</summary>
        /// <exception cref="SpeechVendorException">The vendor reports a failure.</exception>
        public abstract List<(int Position, TimeSpan At)> Take(JsonElement message);
    }
}
