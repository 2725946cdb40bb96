using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Parley.Contracts;
using Parley.Contracts.JsonRpc;

namespace Parley.Server.CallApi.JsonRpc;

/// <summary>Writes messages.</summary>
internal static class RpcWriter
{
    // No page shows this text without escaping it itself; names in other scripts stay readable.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>A whole message.</summary>
    public static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> body)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer, Options))
            body(writer);
        return buffer.WrittenMemory;
    }

    /// <summary>A notification.</summary>
    public static ReadOnlyMemory<byte> WriteNotification(string method, Action<Utf8JsonWriter> parameters) => Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("jsonrpc"u8, "2.0"u8);
        writer.WriteString("method"u8, method);
        writer.WritePropertyName("params"u8);
        parameters(writer);
        writer.WriteEndObject();
    });

    /// <summary>A response with a result.</summary>
    public static void WriteResult(Utf8JsonWriter writer, JsonElement? id, Action<Utf8JsonWriter> result)
    {
        writer.WriteStartObject();
        writer.WriteString("jsonrpc"u8, "2.0"u8);
        WriteId(writer, id);
        writer.WritePropertyName("result"u8);
        result(writer);
        writer.WriteEndObject();
    }

    /// <summary>A response with an error.</summary>
    public static void WriteError(Utf8JsonWriter writer, JsonElement? id, RpcError error)
    {
        writer.WriteStartObject();
        writer.WriteString("jsonrpc"u8, "2.0"u8);
        WriteId(writer, id);
        writer.WritePropertyName("error"u8);
        JsonSerializer.Serialize(writer, error, ContractsJson.Default.RpcError);
        writer.WriteEndObject();
    }

    private static void WriteId(Utf8JsonWriter writer, JsonElement? id)
    {
        writer.WritePropertyName("id"u8);
        if (id is { } given)
            given.WriteTo(writer);
        else
            writer.WriteNullValue();
    }
}
