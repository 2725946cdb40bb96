using System.Net;
using System.Net.WebSockets;
using System.Runtime.InteropServices;
using System.Text;

namespace Parley.Speech.Vendors;

/// <summary>A message of a vendor; its bytes are valid until the next one is asked for.</summary>
internal readonly record struct VendorMessage(bool IsText, ReadOnlyMemory<byte> Bytes);

/// <summary>A WebSocket to a vendor: whole messages, time-outs, failures as one exception. One sender and one receiver at a time.</summary>
internal sealed class VendorSocket : IAsyncDisposable
{
    private readonly ClientWebSocket _socket;
    private readonly string _vendor;
    private readonly VendorLimits _limits;
    private readonly SemaphoreSlim _sending = new(1, 1); // keep-alives come between audio
    private byte[] _buffer = new byte[8192];

    private VendorSocket(string vendor, ClientWebSocket socket, VendorLimits limits)
    {
        _vendor = vendor;
        _socket = socket;
        _limits = limits;
    }

    public bool IsOpen => _socket.State == WebSocketState.Open;

    public static async Task<VendorSocket> ConnectAsync(
        string vendor, Uri address, IEnumerable<(string Name, string Value)> headers, SpeechConnections connections, CancellationToken cancel)
    {
        var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        socket.Options.KeepAliveInterval = TimeSpan.FromSeconds(20);
        foreach (var (name, value) in headers) socket.Options.SetRequestHeader(name, value);
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limited.CancelAfter(connections.Limits.ConnectTimeout);
        try
        {
            await socket.ConnectAsync(address, connections.Invoker, limited.Token).ConfigureAwait(false);
            return new(vendor, socket, connections.Limits);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            socket.Dispose();
            throw new SpeechVendorException(vendor, VendorFailure.Timeout, $"no connection to {address.Host} within {connections.Limits.ConnectTimeout.TotalSeconds:0.#} s");
        }
        catch (Exception error) when (error is WebSocketException or HttpRequestException or IOException or InvalidOperationException)
        {
            // Of the address only the host: some vendors' signatures are in the rest.
            var status = socket.HttpStatusCode;
            socket.Dispose();
            throw Failures.OfStatus(vendor, status, status == 0 ? $"{address.Host} cannot be reached" : $"{address.Host} answered {(int)status}", error);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public ValueTask SendTextAsync(string text, CancellationToken cancel) => SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, cancel);

    public ValueTask SendAsync(ReadOnlyMemory<short> pcm, CancellationToken cancel)
    {
        // Samples are little-endian on every machine .NET runs on.
        var bytes = MemoryMarshal.AsBytes(pcm.Span).ToArray();
        return SendAsync(bytes, WebSocketMessageType.Binary, cancel);
    }

    /// <summary>The next whole message, or null when the vendor has closed.</summary>
    /// <param name="within">How long to wait; null for ever.</param>
    /// <param name="cancel">Ends the waiting, and with it the connection.</param>
    public async ValueTask<VendorMessage?> ReceiveAsync(TimeSpan? within, CancellationToken cancel)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        if (within is { } time) limited.CancelAfter(time);
        try
        {
            for (var length = 0; ;)
            {
                var part = await _socket.ReceiveAsync(_buffer.AsMemory(length), limited.Token).ConfigureAwait(false);
                if (part.MessageType == WebSocketMessageType.Close) return null;
                length += part.Count;
                if (part.EndOfMessage) return new(part.MessageType == WebSocketMessageType.Text, _buffer.AsMemory(0, length));
                if (length >= _limits.MaxMessage) throw new SpeechVendorException(_vendor, VendorFailure.Protocol, $"a message of more than {_limits.MaxMessage} bytes");
                if (length == _buffer.Length) Array.Resize(ref _buffer, Math.Min(_buffer.Length * 2, _limits.MaxMessage));
            }
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new SpeechVendorException(_vendor, VendorFailure.Timeout, $"nothing came for {within!.Value.TotalSeconds:0.#} s");
        }
        catch (Exception error) when (error is WebSocketException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            cancel.ThrowIfCancellationRequested();
            throw new SpeechVendorException(_vendor, VendorFailure.Closed, "the connection broke", null, error);
        }
    }

    /// <summary>How the vendor closed, for a message.</summary>
    public string CloseReason => _socket.CloseStatus is { } status ? $"closed with {(int)status} {_socket.CloseStatusDescription}".TrimEnd() : "closed";

    public int? CloseCode => (int?)_socket.CloseStatus;

    public void Abort()
    {
        _socket.Abort();
        _socket.Dispose();
        _sending.Dispose();
    }

    /// <summary>Closes in good order if the vendor does within a second, otherwise at once.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
        {
            try
            {
                using var limited = new CancellationTokenSource(TimeSpan.FromSeconds(1));
                await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, limited.Token).ConfigureAwait(false);
            }
            catch (Exception error) when (error is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException or InvalidOperationException)
            {
                // It is gone already, which is what was wanted.
            }
        }

        Abort();
    }

    private async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, WebSocketMessageType type, CancellationToken cancel)
    {
        try
        {
            await _sending.WaitAsync(cancel).ConfigureAwait(false);
            try
            {
                await _socket.SendAsync(bytes, type, endOfMessage: true, cancel).ConfigureAwait(false);
            }
            finally
            {
                _sending.Release();
            }
        }
        catch (Exception error) when (error is WebSocketException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            cancel.ThrowIfCancellationRequested();
            throw new SpeechVendorException(_vendor, VendorFailure.Closed, "the connection broke", null, error);
        }
    }
}

/// <summary>What a status of HTTP means as a failure.</summary>
internal static class Failures
{
    public static SpeechVendorException OfStatus(string vendor, HttpStatusCode status, string message, Exception? inner = null) => new(
        vendor,
        (int)status switch
        {
            401 or 402 or 403 => VendorFailure.Refused,
            429 => VendorFailure.RateLimited,
            >= 400 and < 500 => VendorFailure.Protocol,
            _ => VendorFailure.Unavailable,
        },
        message,
        status == 0 ? null : (int)status,
        inner);

    /// <summary>A vendor's own words, cut to a line and without the secrets that are known.</summary>
    public static string Clean(string? text, params ReadOnlySpan<string?> secrets)
    {
        if (string.IsNullOrWhiteSpace(text)) return "no reason given";
        foreach (var secret in secrets)
        {
            if (!string.IsNullOrEmpty(secret)) text = text.Replace(secret, "***", StringComparison.Ordinal);
        }

        text = new string([.. text.Select(character => char.IsControl(character) ? ' ' : character)]).Trim();
        return text.Length <= 200 ? text : text[..200] + "…";
    }
}
