using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Parley.Server.Access;
using Parley.Server.Voice.Sessions;

namespace Parley.Server.Voice;

/// <content>HTTP beside the sockets.</content>
public sealed partial class VoiceSurface
{
    private async Task AnswerHttpAsync(HttpContext context, ApiGate gate, string[] path)
    {
        if (await gate.AdmitAsync(context) is null)
            return;
        var isGet = HttpMethods.IsGet(context.Request.Method);
        await (path switch
        {
            ["list"] when isGet => WriteAsync(context, 200, List),
            ["kill", var id] when isGet || HttpMethods.IsPost(context.Request.Method) => KillAsync(context, id),
            ["command", var id] when HttpMethods.IsPost(context.Request.Method) => CommandAsync(context, id),
            ["events", var id] when isGet => FollowAsync(context, id),
            ["iceservers"] when isGet => WriteAsync(context, 200, IceServers),
            ["health"] when isGet => WriteAsync(context, 200, Health),
            ["metrics"] when isGet => MeasureAsync(context),
            _ => ApiGate.RefuseAsync(context, StatusCodes.Status404NotFound, "There are GET /call/sip, /list, /kill/ID, /events/ID, /iceservers, /health, /metrics and POST /command/ID."),
        });
    }

    private void List(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("active_calls");
        foreach (var session in _core.Sessions.Values)
        {
            var (started, rang, answered, caller, callee) = session.Outline;
            writer.WriteStartObject();
            writer.WriteString("id", session.Id);
            writer.WriteString("callType", session.Kind switch { VoiceKind.WebRtc => "webrtc", VoiceKind.WebSocket => "webSocket", _ => "sip" });
            writer.WriteString("createdAt", started);
            if (rang is { } at)
                writer.WriteString("ringTime", at);
            if (answered is { } time)
                writer.WriteString("startTime", time);
            if (caller is not null)
                writer.WriteString("caller", caller);
            if (callee is not null)
                writer.WriteString("callee", callee);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private void IceServers(Utf8JsonWriter writer)
    {
        writer.WriteStartArray();
        foreach (var server in _core.Options.IceServers)
        {
            writer.WriteStartObject();
            writer.WriteStartArray("urls");
            foreach (var url in server.Urls)
                writer.WriteStringValue(url);
            writer.WriteEndArray();
            if (server.Username is { } user)
                writer.WriteString("username", user);
            if (server.Credential is { } credential)
                writer.WriteString("credential", credential);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private void Health(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("status", "running");
        writer.WriteNumber("sessions", _core.Sessions.Count);
        writer.WriteNumber("pending", _core.Pending.Count);
        writer.WriteEndObject();
    }

    private async Task MeasureAsync(HttpContext context)
    {
        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        await context.Response.Body.WriteAsync(_core.Counters.Text(), context.RequestAborted);
    }

    private Task KillAsync(HttpContext context, string id)
    {
        if (!_core.Sessions.TryGetValue(id, out var session))
            return StatusAsync(context, 404, "not_found", id);
        session.Kill("BySystem");
        return StatusAsync(context, 200, "killed", id);
    }

    private async Task CommandAsync(HttpContext context, string id)
    {
        if (!_core.Sessions.TryGetValue(id, out var session))
        {
            await StatusAsync(context, 404, "not_found", id);
            return;
        }

        using var body = new MemoryStream();
        var buffer = new byte[4_096];
        int read;
        while ((read = await context.Request.Body.ReadAsync(buffer, context.RequestAborted)) > 0)
        {
            if (body.Length + read > _core.Options.Limits.MaxMessage)
            {
                await StatusAsync(context, 413, "too_large", id);
                return;
            }

            body.Write(buffer, 0, read);
        }

        await session.TakeAsync(body.ToArray());
        await StatusAsync(context, 200, "sent", id);
    }

    private async Task FollowAsync(HttpContext context, string id)
    {
        if (!_core.Sessions.TryGetValue(id, out var session))
        {
            await ApiGate.RefuseAsync(context, StatusCodes.Status404NotFound, $"There is no session '{id}'.");
            return;
        }

        if (await session.FollowAsync() is not { } box)
        {
            await ApiGate.RefuseAsync(context, StatusCodes.Status429TooManyRequests, "This session has too many readers, or is over.");
            return;
        }

        try
        {
            context.Response.ContentType = "text/event-stream";
            context.Response.Headers.CacheControl = "no-store";
            await context.Response.StartAsync(context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            while (await box.PeekAsync(context.RequestAborted) is { } message)
            {
                await context.Response.Body.WriteAsync("event: event\ndata: "u8.ToArray(), context.RequestAborted);
                await context.Response.Body.WriteAsync(message, context.RequestAborted);
                await context.Response.Body.WriteAsync("\n\n"u8.ToArray(), context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
                box.Remove();
            }
        }
        finally
        {
            session.Unfollow(box);
        }
    }

    private static Task StatusAsync(HttpContext context, int status, string text, string id) => WriteAsync(context, status, writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("status", text);
        writer.WriteString("id", id);
        writer.WriteEndObject();
    });

    private static async Task WriteAsync(HttpContext context, int status, Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
            write(writer);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = buffer.Length;
        await context.Response.Body.WriteAsync(buffer.GetBuffer().AsMemory(0, (int)buffer.Length), context.RequestAborted);
    }
}
