using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Parley.Server.Voice.Extras;

/// <summary>Bodies of requests and answers.</summary>
internal static class JsonAnswer
{
    public static async Task WriteAsync(HttpContext context, int status, Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
            write(writer);
        await WriteAsync(context, status, buffer.GetBuffer().AsMemory(0, (int)buffer.Length));
    }

    public static async Task WriteAsync(HttpContext context, int status, ReadOnlyMemory<byte> json)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = json.Length;
        await context.Response.Body.WriteAsync(json, context.RequestAborted);
    }

    /// <summary>All of a request's body; null when it is larger than that.</summary>
    public static async Task<byte[]?> BodyAsync(HttpContext context, int most, CancellationToken cancel)
    {
        using var body = new MemoryStream();
        var buffer = new byte[4_096];
        int read;
        while ((read = await context.Request.Body.ReadAsync(buffer, cancel)) > 0)
        {
            if (body.Length + read > most)
                return null;
            body.Write(buffer, 0, read);
        }

        return body.ToArray();
    }
}
