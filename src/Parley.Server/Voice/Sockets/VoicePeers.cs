using System.Buffers;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;

namespace Parley.Server.Voice.Sockets;

/// <summary>
/// Other servers of voice agents, of which one may have the call that a socket here asks for: programs behind a balancer reach any of them. Whoever has it gets the socket, and this server passes on what
/// both sides send. Who is asked so never asks further.
/// </summary>
/// <param name="peers">Where they are: ws or wss.</param>
internal sealed class VoicePeers(IReadOnlyList<Uri> peers)
{
    // Those of one network answer within milliseconds; one that is down is not to cost a caller his patience.
    private static readonly TimeSpan AskTimeout = TimeSpan.FromSeconds(3);

    // Programs answer a close frame at once, or never.
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);

    // Most messages are events, some audio of 20 ms.
    private const int BufferSize = 4_096;

    /// <summary>The socket of the peer that has the call; null when none has, or none answers in time. Its owner's to dispose.</summary>
    /// <param name="request">What was asked here; its path, query and key are for them, too.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<ClientWebSocket?> FindAsync(HttpRequest request, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(AskTimeout);
        var asking = peers.Select(peer => AskAsync(peer, request, limit.Token)).ToList();
        ClientWebSocket? found = null;
        await foreach (var asked in Task.WhenEach(asking))
        {
            var socket = await asked;
            if (found is not null)
                socket?.Dispose();
            else if ((found = socket) is not null)
                await limit.CancelAsync();
        }

        return found;
    }

    /// <summary>Passes on what either side sends, until one of them closes or is gone; then the other is closed likewise.</summary>
    /// <param name="client">Whoever connected here.</param>
    /// <param name="peer">Who has the call.</param>
    /// <param name="cancel">Ends both.</param>
    public static async Task PassAsync(WebSocket client, WebSocket peer, CancellationToken cancel)
    {
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var both = new[] { PumpAsync(client, peer, gone.Token), PumpAsync(peer, client, gone.Token) };
        // A close is answered by a close; whoever broke off never answers.
        if (await await Task.WhenAny(both))
        {
            gone.CancelAfter(CloseTimeout);
        }
        else
        {
            await gone.CancelAsync();
            client.Abort();
            peer.Abort();
        }

        await Task.WhenAll(both);
    }

    private static async Task<ClientWebSocket?> AskAsync(Uri peer, HttpRequest request, CancellationToken cancel)
    {
        var socket = new ClientWebSocket();
        try
        {
            if (request.Headers.Authorization is [{ } key])
                socket.Options.SetRequestHeader("Authorization", key);
            var query = request.QueryString.Value is { Length: > 1 } asked ? asked[1..] + "&" : "";
            await socket.ConnectAsync(new UriBuilder(peer) { Path = $"{peer.AbsolutePath.TrimEnd('/')}{request.Path}", Query = $"{query}forward=true" }.Uri, cancel);
            return socket;
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException or InvalidOperationException)
        {
            socket.Dispose();
            return null; // it has not the call, or is not there
        }
    }

    /// <returns>True at a close, false when one of them is gone.</returns>
    private static async Task<bool> PumpAsync(WebSocket from, WebSocket to, CancellationToken cancel)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            while (true)
            {
                var read = await from.ReceiveAsync(buffer.AsMemory(), cancel);
                if (read.MessageType == WebSocketMessageType.Close)
                {
                    await to.CloseOutputAsync(from.CloseStatus ?? WebSocketCloseStatus.NormalClosure, from.CloseStatusDescription, cancel);
                    return true;
                }

                await to.SendAsync(buffer.AsMemory(0, read.Count), read.MessageType, read.EndOfMessage, cancel);
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException or InvalidOperationException or ObjectDisposedException)
        {
            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
