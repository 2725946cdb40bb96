using System.Text.Json;

namespace Parley.Speech.Dialogue;

/// <summary>A message of a conversation as a language model sees it.</summary>
internal sealed class ChatMessage(string role, string content)
{
    public string Role => role;

    /// <summary>Replaced by what was heard, when a reply was cut.</summary>
    public string Content { get; set; } = content;

    public List<ChatToolCall> ToolCalls { get; init; } = [];

    /// <summary>Of a tool's result: which use of it.</summary>
    public string? ToolCallId { get; init; }

    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("role", Role);
        writer.WriteString("content", Content);
        if (ToolCallId is not null) writer.WriteString("tool_call_id", ToolCallId);
        if (ToolCalls.Count > 0)
        {
            writer.WriteStartArray("tool_calls");
            foreach (var call in ToolCalls)
            {
                writer.WriteStartObject();
                writer.WriteString("id", call.Id);
                writer.WriteString("type", "function");
                writer.WriteStartObject("function");
                writer.WriteString("name", call.Name);
                writer.WriteString("arguments", call.Arguments);
                writer.WriteEndObject();
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }
}

/// <summary>The model wants to use a tool.</summary>
internal sealed record ChatToolCall(string Id, string Name, string Arguments);
