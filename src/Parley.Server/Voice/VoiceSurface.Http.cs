using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Parley.Contracts.Voice;
using Parley.Server.Access;
using Parley.Server.Voice.Documents;
using Parley.Server.Voice.Extras;
using Parley.Server.Voice.Records;
using Parley.Server.Voice.Sessions;

namespace Parley.Server.Voice;

/// <content>HTTP beside the sockets.</content>
public sealed partial class VoiceSurface
{
    private async Task AnswerHttpAsync(HttpContext context, ApiGate gate, string[] path)
    {
        if (await gate.AdmitAsync(context, whole: true) is not { } principal)
            return;
        var isGet = HttpMethods.IsGet(context.Request.Method);
        var isPost = HttpMethods.IsPost(context.Request.Method);
        await (path switch
        {
            ["list"] when isGet => JsonAnswer.WriteAsync(context, 200, List),
            ["kill", var id] when isGet || isPost => KillAsync(context, id),
            ["command", var id] when isPost => CommandAsync(context, id),
            ["events", var id] when isGet => FollowAsync(context, id),
            ["iceservers"] when isGet => JsonAnswer.WriteAsync(context, 200, IceServers),
            ["health"] when isGet => JsonAnswer.WriteAsync(context, 200, Health),
            ["metrics"] when isGet => MeasureAsync(context),
            ["precache"] when isPost => Precache.AnswerAsync(context, _core),
            ["api", "records"] when isGet => RecordList.AnswerAsync(context, _core),
            ["llm", "v1", .. var rest] when (isGet || isPost) && _llm is not null => _llm.PassAsync(context, string.Join('/', rest), ownKey: principal == ApiPrincipal.Local),
            ["openapi.json"] when isGet => JsonAnswer.WriteAsync(context, 200, OpenApiDocument.Text),
            ["asyncapi.json"] when isGet => JsonAnswer.WriteAsync(context, 200, AsyncApiDocument.Text),
            _ => ApiGate.RefuseAsync(context, StatusCodes.Status404NotFound, "What there is says /openapi.json."),
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
            writer.WriteString("callType", VoiceSession.KindName(session.Kind));
            writer.WriteString("createdAt", started);
            if (rang is { } at)
                writer.WriteString("ringTime", at);
            if (answered is { } time)
                writer.WriteString("startTime", time);
            if (caller is not null)
                writer.WriteString("caller", caller);
            if (callee is not null)
                writer.WriteString("callee", callee);
            writer.WritePropertyName("cs.option");
            VoiceSecrets.Redact(JsonSerializer.SerializeToElement(session.Option, VoiceJson.Default.CallOption), writer);
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
        writer.WriteString("uptime", CallJournal.Text(_core.Tally.Since));
        writer.WriteString("version", typeof(VoiceSurface).Assembly.GetName().Version!.ToString(3));
        writer.WriteNumber("total", _core.Tally.Total);
        writer.WriteNumber("failed", _core.Tally.Failed);
        writer.WriteNumber("runnings", _core.Sessions.Count);
        writer.WriteStartObject("useragent");
        writer.WriteStartArray("listen");
        foreach (var listener in _core.Agent.Listeners)
            writer.WriteStringValue(listener.Local.ToString());
        writer.WriteEndArray();
        writer.WriteNumber("calls", _core.Agent.Calls.Count);
        writer.WriteEndObject();
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

        if (await JsonAnswer.BodyAsync(context, _core.Options.Limits.MaxMessage, context.RequestAborted) is not { } body)
        {
            await StatusAsync(context, 413, "too_large", id);
            return;
        }

        await session.TakeAsync(body);
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
                await context.Response.Body.WriteAsync(message, context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
                box.Remove();
            }
        }
        finally
        {
            session.Unfollow(box);
        }
    }

    private static Task StatusAsync(HttpContext context, int status, string text, string id) => JsonAnswer.WriteAsync(context, status, writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("status", text);
        writer.WriteString("id", id);
        writer.WriteEndObject();
    });
}
